/** The 24 things that woke a person, brought about once more: what the message says of each, and that its way out is one. */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { RotateSecretCommand, UpdateSecretVersionStageCommand } from '@aws-sdk/client-secrets-manager';
import pg from 'pg';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { startPostgres } from '../../local/servers/postgres/server.ts';
import type { Kind } from '../support/packaged.ts';
import { packaged } from '../support/packaged.ts';
import { callerOf, moved, postmasterOf, type Row, rows, type Scene } from './on-call-rows.ts';

const house = await packaged();
const [wrongName, noTls, frozen] = await Promise.all([
  startPostgres({ tls: { names: ['elsewhere.example'] } }),
  startPostgres({ tls: false }),
  startPostgres(),
]);
const bundle = join(dirname(wrongName.caFile), 'both.pem');
writeFileSync(bundle, [house.server, wrongName].map(({ caFile }) => readFileSync(caFile, 'utf8')).join('\n'));
const frozenPostmaster = await freeze();
const left: (() => unknown)[] = [];
afterEach(async () => {
  house.sandbox.faults.clear();
  for (const work of left.splice(0)) await work();
});
afterAll(async () => {
  process.kill(frozenPostmaster, 'SIGCONT');
  await Promise.all([house.close(), ...[wrongName, noTls, frozen].map((server) => server.stop())]);
});

async function freeze(): Promise<number> {
  const { host, port, superuser, ca } = frozen;
  const { username: user, password } = superuser;
  const client = new pg.Client({ host, port, user, password, database: 'postgres', ssl: { ca } });
  await client.connect();
  const { rows: found } = await client.query('SELECT pg_backend_pid() AS pid');
  const postmaster = postmasterOf(found[0].pid);
  await client.end();
  process.kill(postmaster, 'SIGSTOP');
  return postmaster;
}

async function scene(kind: Kind = 'singleUser', fields: Record<string, unknown> = {}): Promise<Scene> {
  const secret = await house.secret(fields);
  const { username } = await house.value(secret);
  // As long as a function must live that meets a lock for 10 s.
  const functionArn = house.register(kind, { DATABASE_CA_BUNDLE: bundle }, 16);
  return { house, secret, username: String(username), functionArn, later: (work) => void left.push(work) };
}

const saidOf = (secret: string) => house.messages(secret).at(-1) ?? { subject: '', body: {}, attributes: {} };
const again = async (command: string) => {
  // What `rotateAgain` says, with the client in place of the command line.
  const [, secretId, version] = /--secret-id '([^']+)'.*--remove-from-version-id '([^']+)'/.exec(command) ?? [];
  const VersionStage = 'AWSPENDING';
  await house.client
    .send(new UpdateSecretVersionStageCommand({ SecretId: secretId, VersionStage, RemoveFromVersionId: version }))
    .catch((error) => expect(error.name).toBe('InvalidParameterException'));
};

const commands = {
  look: (id: string) => `aws secretsmanager describe-secret --secret-id '${id}'`,
  store: (id: string) => `aws secretsmanager put-secret-value --secret-id '${id}' --secret-string file://value.json`,
  restore: (id: string) => `aws secretsmanager restore-secret --secret-id '${id}'`,
  abandon: (id: string, token: string) =>
    `aws secretsmanager update-secret-version-stage --secret-id '${id}' --version-stage AWSPENDING --remove-from-version-id '${token}'`,
  'move AWSCURRENT': (id: string, token: string, current = '') =>
    `aws secretsmanager update-secret-version-stage --secret-id '${id}' --version-stage AWSCURRENT --move-to-version-id '${token}' --remove-from-version-id '${current}'`,
};

describe('a message, when', () => {
  it.each(rows.map((row) => [row.broken, row] as const))(
    '%s',
    async (_, { kind, fields, broke, told, mended }: Row) => {
      const at = await scene(kind, await fields?.({ wrongName, noTls, frozen }, house));
      const { secret, functionArn } = at;
      await broke?.(at);
      const { AWSCURRENT: current, AWSPREVIOUS: previous = '' } = await house.labels(secret);
      const { masterarn } = await house.value(secret);

      const { token } = await house.rotate(secret, functionArn);

      const { subject, body, attributes } = saidOf(secret);
      const { fact, hint } = body.error as { fact: string; hint: string };
      const severity = told.severity ?? 'failing';
      expect(body).toMatchObject({ outcome: 'failed', severity, attempt: 1, error: { code: told.code } });
      expect(`${fact}; ${hint}`).toMatch(told.cause);
      expect(body.working).toBe(told.working);
      const version = told.working === 'AWSPREVIOUS' ? previous : token;
      expect(body.next).toBe(commands[told.next](String(told.of ? masterarn : secret), version, current));
      expect(body.runbook).toBe(`docs/runbook.md#${told.code.toLowerCase()}`);
      expect(`${fact}; ${hint}`).not.toMatch(/"?ssl"?: ?false|sslmode=(disable|prefer)|plain text/i);
      expect(`${fact}; ${hint}`).not.toMatch(/\bdrop\b/i);
      expect(attributes).toMatchObject({ severity: { Value: severity }, attempt: { Value: '1' } });
      if (severity === 'cut-off') {
        expect(subject).toMatch(/^Rekey: APPLICATIONS ARE REFUSED NOW since \d\d:\d\d UTC: /);
        expect(body.summary).toMatch(/are refused now, since \S+\. Do now: aws /);
        expect(String(body.summary)).toContain(String(body.next));
      }
      if (mended === undefined) return;

      await mended(at, hint);
      for (const work of left.splice(0)) await work();
      await again(String(body.rotateAgain ?? commands.abandon(secret, token)));
      const { error } = await house.rotate(secret, functionArn);

      expect(error).toBeUndefined();
      expect(await house.opens(await house.value(secret))).toBe(true);
    },
  );
});

it('one cause that repeats is one message, and then one that says that it is still failing', async () => {
  const { secret, functionArn } = await scene('singleUser', { port: 1 });
  await house.rotate(secret, functionArn);
  for (let repeat = 0; repeat < 3; repeat++) await house.sandbox.secretsManager.retryRotation(secret);

  const subjects = house.messages(secret).map(({ subject }) => subject.replace(/test\/\S+/, 'it'));

  expect(subjects).toEqual([
    'Rekey: rotation of it failed in setSecret (UNREACHABLE_TCP)',
    'Rekey: rotation of it is still failing in setSecret, attempt 4 (UNREACHABLE_TCP)',
  ]);
});

describe('no failure, or none that a message could tell, when', () => {
  it('the function is killed between the change and the promotion: the repeat says what was saved', async () => {
    const { secret, functionArn } = await scene();
    house.sandbox.faults.add({
      ...{ operation: 'UpdateSecretVersionStage', caller: callerOf(functionArn), action: 'kill' },
    });
    await house.rotate(secret, functionArn);
    const silent = house.messages(secret);

    await house.sandbox.secretsManager.retryRotation(secret);

    expect(silent).toEqual([]);
    expect(house.messages(secret).map(({ body }) => body.outcome)).toEqual(['recovered', 'succeeded']);
    expect(house.messages(secret)[0]?.subject).toMatch(/was locked out and works again$/);
    expect(await house.opens(await house.value(secret))).toBe(true);
  });

  it('AWSCURRENT was moved back by hand: it finds the password by itself', async () => {
    const { secret, functionArn } = await scene();
    await house.rotate(secret, functionArn);
    const { AWSPREVIOUS: before = '', AWSCURRENT: works } = await house.labels(secret);
    await house.client.send(moved(secret, before, works));

    const { error } = await house.rotate(secret, functionArn);

    expect(error).toBeUndefined();
    expect(house.messages(secret).at(-2)?.body).toMatchObject({ outcome: 'recovered', recoveredWith: 'AWSPREVIOUS' });
    expect(await house.opens(await house.value(secret))).toBe(true);
  });

  it('AWSPENDING was put on an old version: the service refuses, and the runbook’s two commands pass', async () => {
    const { secret, functionArn } = await scene();
    await house.rotate(secret, functionArn);
    const { AWSPREVIOUS: old } = await house.labels(secret);
    const VersionStage = 'AWSPENDING';
    await house.client.send(
      new UpdateSecretVersionStageCommand({ SecretId: secret, VersionStage, MoveToVersionId: old }),
    );

    await expect(house.client.send(new RotateSecretCommand({ SecretId: secret }))).rejects.toThrow(/isn.t complete/);
    await again(commands.abandon(secret, String(old)));

    expect((await house.rotate(secret, functionArn)).error).toBeUndefined();
  });

  it.each([
    [
      'the clone of AWS’s template owns a table',
      async ({ username }: Scene) => {
        await house.server.sql(`CREATE ROLE ${username}_clone LOGIN PASSWORD 'of the template' IN ROLE ${username}`);
        await house.server.sql(`GRANT ${username}_clone TO rds_like WITH ADMIN OPTION`);
        await house.server.sql(`CREATE SCHEMA ${username} AUTHORIZATION ${username}`);
        await house.server.sql(`CREATE TABLE ${username}.orders (x int)`);
        await house.server.sql(`ALTER TABLE ${username}.orders OWNER TO ${username}_clone`);
      },
    ],
    [
      'the user is read-only by default',
      async ({ username }: Scene) => {
        await house.server.sql(`ALTER ROLE ${username} SET default_transaction_read_only = on`);
      },
    ],
  ])('%s', async (_, broke) => {
    for (const kind of ['alternatingUsers', 'singleUser'] as const) {
      const at = await scene(kind);
      await broke(at);

      const { error } = await house.rotate(at.secret, at.functionArn);

      expect(error).toBeUndefined();
      expect(await house.opens(await house.value(at.secret))).toBe(true);
    }
  });
});
