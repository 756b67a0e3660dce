/** What the person on call was woken by, one thing a row. On real servers, in the sandbox's Secrets Manager. */
import { readFileSync } from 'node:fs';
import { DeleteSecretCommand, UpdateSecretVersionStageCommand } from '@aws-sdk/client-secrets-manager';
import type { PostgresServer } from '../../local/servers/postgres/server.ts';
import type { Kind, PackagedPostgres } from '../support/packaged.ts';

export interface Scene {
  readonly house: PackagedPostgres;
  readonly secret: string;
  readonly username: string;
  readonly functionArn: string;
  /** Done when the row has ended. */
  later(work: () => unknown): void;
}

/** Servers that are wrong in themselves, and what a secret says to get there. */
export interface Strange {
  readonly wrongName: PostgresServer;
  readonly noTls: PostgresServer;
  readonly frozen: PostgresServer;
}

export interface Told {
  readonly code: string;
  /** In the fact or the hint: what the person learns of the cause. */
  readonly cause: RegExp;
  readonly next: 'look' | 'store' | 'restore' | 'abandon' | 'move AWSCURRENT';
  /** Which secret `next` is about. */
  readonly of?: 'superuser';
  readonly working: string;
  readonly severity?: 'cut-off';
}

export interface Row {
  readonly broken: string;
  readonly kind?: Kind;
  /** Instead of the fields that a right secret has. */
  readonly fields?: (
    strange: Strange,
    house: PackagedPostgres,
  ) => Record<string, unknown> | Promise<Record<string, unknown>>;
  readonly broke?: (scene: Scene) => unknown;
  readonly told: Told;
  /** What the runbook says to do, after which the rotation passes. Absent: another row, or the page of the code, has it. */
  readonly mended?: (scene: Scene, hint: string) => unknown;
}

const sql = ({ house }: Scene, text: string) => house.server.sql(text);
const named = (house: PackagedPostgres) => house.rawSecret(JSON.stringify(house.server.superuser));
const LOCKED_OUT = { code: 'LOCKED_OUT', next: 'store', working: 'none', severity: 'cut-off' } as const;
/** The server took the password of AWSCURRENT, and refused what comes after it. */
const TAKEN = { next: 'look', working: 'AWSCURRENT' } as const;
/** An earlier try of the same rotation may have got through, and this one did not get as far as to see. */
const UNSEEN = { next: 'look', working: 'AWSCURRENT or AWSPENDING' } as const;

export const rows: readonly Row[] = [
  {
    broken: 'the password was changed by hand, single user',
    broke: (at) => sql(at, `ALTER ROLE ${at.username} PASSWORD 'by hand'`),
    told: { ...LOCKED_OUT, cause: /no stored version opens postgres at localhost as packaged/ },
    mended: async ({ house, secret }) => house.put(secret, { ...(await house.value(secret)), password: 'by hand' }),
  },
  {
    broken: 'the password was changed by hand, alternating users',
    kind: 'alternatingUsers',
    broke: (at) => sql(at, `ALTER ROLE ${at.username} PASSWORD 'by hand'`),
    told: {
      code: 'AUTHENTICATION_REFUSED',
      cause: /refused the password of user packaged.*see that packaged\d+ is there; rekey rollback/,
      next: 'look',
      working: 'unknown',
    },
    mended: (at) => sql(at, `ALTER ROLE ${at.username} PASSWORD 'first password'`),
  },
  {
    broken: 'the superuser secret is scheduled for deletion',
    kind: 'alternatingUsers',
    async fields(_, house) {
      const masterarn = await named(house);
      await house.client.send(new DeleteSecretCommand({ SecretId: masterarn }));
      return { masterarn };
    },
    told: {
      code: 'SECRET_NOT_FOUND',
      cause: /marked for deletion/,
      next: 'restore',
      of: 'superuser',
      working: 'AWSCURRENT',
    },
  },
  {
    broken: 'the superuser secret is gone',
    kind: 'alternatingUsers',
    fields: () => ({ masterarn: 'no/such/secret' }),
    told: {
      code: 'SECRET_NOT_FOUND',
      cause: /no\/such\/secret does not exist/,
      next: 'store',
      of: 'superuser',
      working: 'AWSCURRENT',
    },
  },
  {
    broken: 'the port is closed',
    fields: () => ({ port: 1 }),
    told: { ...UNSEEN, code: 'UNREACHABLE_TCP', cause: /localhost:1 does not accept a connection/ },
  },
  {
    broken: 'the host is unknown',
    fields: () => ({ host: 'no-such-host.invalid' }),
    told: { ...UNSEEN, code: 'UNREACHABLE_DNS', cause: /no-such-host\.invalid does not resolve/ },
  },
  {
    broken: 'the server is frozen (SIGSTOP)',
    fields: ({ frozen }) => ({ port: frozen.port }),
    told: { ...UNSEEN, code: 'UNREACHABLE_LOGIN', cause: /took the connection and said nothing/ },
  },
  {
    broken: 'the certificate is for another name',
    fields: ({ wrongName }) => ({ port: wrongName.port }),
    told: { ...UNSEEN, code: 'UNREACHABLE_TLS', cause: /the certificate is for elsewhere\.example/ },
  },
  {
    broken: 'TLS is off at the server',
    fields: ({ noTls }) => ({ port: noTls.port }),
    told: { ...UNSEEN, code: 'UNREACHABLE_TLS', cause: /TLS is off at the server/ },
  },
  {
    broken: 'the user was dropped, single user',
    broke: (at) => sql(at, `DROP ROLE ${at.username}`),
    told: { ...LOCKED_OUT, cause: /as packaged\d+; see that packaged\d+ is there/ },
    mended: (at) => sql(at, `CREATE ROLE ${at.username} LOGIN PASSWORD 'first password'`),
  },
  {
    broken: 'the user was dropped, alternating users',
    kind: 'alternatingUsers',
    async broke(at) {
      await at.house.rotate(at.secret, at.functionArn);
      await sql(at, `DROP ROLE ${at.username}_clone`);
    },
    told: {
      code: 'AUTHENTICATION_REFUSED',
      cause: /refused the password of user packaged\d+_clone.*see that packaged\d+_clone is there; rekey rollback/,
      next: 'move AWSCURRENT',
      working: 'AWSPREVIOUS',
      severity: 'cut-off',
    },
    async mended({ house, secret }) {
      const { AWSPREVIOUS: works = '', AWSCURRENT: current } = await house.labels(secret);
      await house.client.send(moved(secret, works, current));
    },
  },
  {
    broken: 'the superuser has no ADMIN OPTION',
    kind: 'alternatingUsers',
    broke: (at) => sql(at, `REVOKE ${at.username} FROM rds_like`),
    told: {
      code: 'PERMISSION_DENIED',
      // What it lacks, and no more: the clone is its own.
      cause:
        /; as a superuser of that database run GRANT "packaged\d+" TO "rds_like" WITH ADMIN OPTION, then rotate again$/,
      next: 'look',
      working: 'AWSCURRENT',
    },
    mended: (at, hint) => sql(at, String(/GRANT "packaged\d+" TO "rds_like" WITH ADMIN OPTION/.exec(hint)?.[0])),
  },
  {
    broken: 'the superuser’s password is wrong',
    kind: 'alternatingUsers',
    fields: async (_, house) => ({
      masterarn: await house.rawSecret(JSON.stringify({ ...house.server.superuser, password: 'wrong' })),
    }),
    told: {
      code: 'PERMISSION_DENIED',
      cause: /the superuser secret does not open postgres at localhost/,
      next: 'store',
      of: 'superuser',
      working: 'AWSCURRENT',
    },
  },
  {
    broken: 'CONNECT was revoked',
    async fields(_, house) {
      await house.server.sql('CREATE DATABASE closed');
      await house.server.sql('REVOKE CONNECT ON DATABASE closed FROM PUBLIC');
      return { dbname: 'closed' };
    },
    told: { ...TAKEN, code: 'PERMISSION_DENIED', cause: /permission denied for database "closed"|CONNECT/ },
  },
  {
    broken: 'the database is gone',
    fields: () => ({ dbname: 'nowhere' }),
    told: { ...TAKEN, code: 'INVALID_SECRET', cause: /database nowhere/, next: 'store' },
  },
  {
    broken: 'somebody else has the name of the clone',
    kind: 'alternatingUsers',
    broke: (at) => sql(at, `CREATE ROLE ${at.username}_clone LOGIN PASSWORD 'of somebody else'`),
    told: {
      code: 'TARGET_MISMATCH',
      cause: /nothing tells that they are a pair.*GRANT "packaged\d+" TO "packaged\d+_clone"/,
      next: 'abandon',
      working: 'AWSCURRENT',
    },
  },
  {
    broken: 'the application holds every connection of the role',
    async broke(at) {
      await sql(at, `ALTER ROLE ${at.username} CONNECTION LIMIT 1`);
      const application = await at.house.session(await at.house.value(at.secret));
      at.later(() => application.end());
    },
    told: { ...TAKEN, code: 'UNREACHABLE_LOGIN', cause: /too many connections/ },
    mended: (at) => sql(at, `ALTER ROLE ${at.username} CONNECTION LIMIT 5`),
  },
  {
    broken: 'Secrets Manager hangs at the promotion',
    broke: ({ house, functionArn: arn }) =>
      house.sandbox.faults.add({
        operation: 'UpdateSecretVersionStage',
        caller: callerOf(arn),
        action: 'hang',
        times: 9,
      }),
    told: {
      code: 'DEADLINE_EXCEEDED',
      cause: /UpdateSecretVersionStage/,
      next: 'move AWSCURRENT',
      working: 'AWSPENDING',
      severity: 'cut-off',
    },
    async mended({ house, secret }) {
      house.sandbox.faults.clear();
      const { AWSPENDING: works = '', AWSCURRENT: current } = await house.labels(secret);
      await house.client.send(moved(secret, works, current));
    },
  },
  {
    broken: 'another session holds the lock',
    async broke(at) {
      const holder = await at.house.server.connectAs(at.house.server.superuser);
      await holder.query(`BEGIN; SELECT pg_advisory_xact_lock(hashtext('rekey ${at.username}'))`);
      at.later(() => holder.end());
    },
    told: { ...UNSEEN, code: 'LOCK_TIMEOUT', cause: /another session holds/ },
  },
  {
    broken: 'calls are throttled in createSecret',
    broke: ({ house, functionArn: arn }) =>
      house.sandbox.faults.add({ operation: 'GetSecretValue', caller: callerOf(arn), action: 'throttle', times: 4 }),
    told: { code: 'THROTTLED', cause: /GetSecretValue/, next: 'look', working: 'AWSCURRENT' },
    mended: ({ house }) => house.sandbox.faults.clear(),
  },
  {
    broken: 'DescribeSecret is refused in createSecret',
    broke: ({ house, functionArn: arn }) =>
      house.sandbox.faults.add({ operation: 'DescribeSecret', caller: callerOf(arn), action: 'throttle', times: 4 }),
    told: { code: 'THROTTLED', cause: /DescribeSecret/, next: 'look', working: 'AWSCURRENT' },
    mended: ({ house }) => house.sandbox.faults.clear(),
  },
];

export const callerOf = (arn: string) => arn.split(':').at(-1) ?? '';

export function moved(secret: string, to: string, from: string | undefined) {
  const [VersionStage, SecretId] = ['AWSCURRENT', secret];
  return new UpdateSecretVersionStageCommand({
    SecretId,
    VersionStage,
    MoveToVersionId: to,
    RemoveFromVersionId: from,
  });
}

/** The process that every session of this server comes from. */
export function postmasterOf(session: number): number {
  return Number(readFileSync(`/proc/${session}/stat`, 'utf8').split(') ')[1]?.split(' ')[1]);
}
