/** Servers that take no verifier in place of a password (credcheck and its kin), by a stand-in in front of real servers. */
import { readFile } from 'node:fs/promises';
import { inspect } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { availablePostgresVersions } from '../../../../local/servers/postgres/binaries.ts';
import type { TakeBack } from '../../../../shared/databases/engine.ts';
import { postgres } from '../../../../shared/databases/postgres/postgres.ts';
import { verifierText } from '../../../../shared/databases/postgres/verifier.ts';
import type { DatabaseLogin } from '../../../../shared/databases/secret.ts';
import type { RotationError } from '../../../../shared/rotation/errors.ts';
import { firstMove } from '../../../../shared/stores/next-command.ts';
import { passwordSettings, testContext } from '../../../support/context.ts';
import { looksItself } from '../../../support/log-search.ts';
import { stored } from '../../../support/pair-proof.ts';
import { realPostgres } from '../../../support/postgres-server.ts';
import { refusingPostgres } from '../../../support/refusing-postgres.ts';

looksItself('one server shows a password where another hides it: docs/engines/postgres.md');
// The method md5 lets in by SCRAM where SCRAM is kept. passwordcheck: at least 8 characters, letters and others.
const real = {
  shared_preload_libraries: 'passwordcheck,pg_stat_statements',
  md5_password_warnings: 'off',
  log_min_duration_statement: '0',
};
const hba = 'host all all 127.0.0.1/32 md5\n';

async function standIn(version: number) {
  const { md5_password_warnings: _, ...before18 } = real;
  const server = await realPostgres({ version, settings: version < 18 ? before18 : real, hba });
  const refusing = await refusingPostgres(server.running);
  const context = testContext({ ca: refusing.ca });
  let serial = 0;
  /** A user that keeps a verifier of this kind, and whoever changes its password, both as seen through the stand-in. */
  const user = async (settings: Readonly<Record<string, string>> = {}) => {
    const username = `app${++serial}`;
    const set = Object.entries(settings).map(([name, value]) => `SET ${name} = '${value}';`);
    await server.createUser(username, 'first password 1');
    await server.sql(`${set.join(' ')} ALTER ROLE ${username} PASSWORD 'first password 1'; RESET ALL`);
    refusing.refuses = { verifier: { code: '28000', words: 'password type is not a plain text' } };
    refusing.statements.length = 0;
    return through(server.login(username, 'first password 1'));
  };
  const through = (login: DatabaseLogin): DatabaseLogin => ({ ...login, host: refusing.host, port: refusing.port });
  const kept = async ({ username }: DatabaseLogin) =>
    String((await server.sql('SELECT rolpassword FROM pg_authid WHERE rolname = $1', [username]))[0]?.rolpassword);
  const opens = async (login: DatabaseLogin, password = login.password) => {
    const session = await postgres.connect({ ...login, password }, context);
    await session.close();
    return session.proven;
  };
  const change = async (by: DatabaseLogin, login: DatabaseLogin, password: string) => {
    const proof = await opens(login);
    const session = await postgres.connect(by, context);
    const takeBack: TakeBack = await session.setPassword(login.username, password, proof).catch(async (error) => {
      await session.close();
      throw error;
    });
    return { session, takeBack };
  };
  const close = async () => {
    await refusing.close();
    await server.stop();
  };
  return { server, refusing, context, user, through, kept, opens, change, close };
}

const here = await standIn(18);
const [before16] = availablePostgresVersions().filter((major) => major < 16);
const older = before16 === undefined ? undefined : await standIn(before16);
afterAll(async () => {
  await here.close();
  await older?.close();
});
const { server, refusing, user, through, kept, opens, change } = here;
const forbidding = testContext({ ca: refusing.ca, password: { ...passwordSettings, clearText: 'never' } });
const plain = () => refusing.statements.filter((text) => /^ALTER ROLE .* PASSWORD/.test(text));
const managed = through(server.superuser);
const owner = through(server.login('postgres', server.running.superuser.password));

describe('a server that takes no verifier is told the password itself', () => {
  it.each(['the user', 'a superuser'])(
    'by %s: what is kept is of the kind of before, and so once it was taken back',
    async (who) => {
      const login = await user({ scram_iterations: '5000' });
      const by = who === 'the user' ? login : managed;

      const { session, takeBack } = await change(by, login, 'second password 2');
      const after = await kept(login);
      await opens(login, 'second password 2');
      await takeBack();
      await session.close();

      expect([after, await kept(login)]).toEqual(Array(2).fill(expect.stringMatching(/^SCRAM-SHA-256\$5000:/)));
      await opens(login);
    },
  );

  it('md5 becomes SCRAM where the server asks for it, and is md5 again, byte for byte, once it was taken back', async () => {
    const login = await user({ password_encryption: 'md5' });
    const before = await kept(login);

    const { session, takeBack } = await change(login, login, 'second password 2');
    const after = await kept(login);
    await opens(login, 'second password 2');
    await takeBack();
    await session.close();

    expect(before).toMatch(/^md5/);
    expect(after).toMatch(/^SCRAM-SHA-256\$4096:/);
    expect(await kept(login)).toBe(before);
  });

  it('a pair: the clone is made, and its password set anew', async () => {
    const login = await user();
    const clone = { ...login, username: `${login.username}_clone` };
    const session = await postgres.connect(managed, here.context);

    for (const password of ['clone password 1', 'clone password 2']) {
      await session.cloneUser(login.username, clone.username, password, {
        ...(await opens(login)),
        ...stored('unused'),
      });
      await opens(clone, password);
    }
    await session.close();

    expect(await kept(clone)).toMatch(/^SCRAM-SHA-256\$4096:/);
    // The clone acts as its base user, and may change its own password as itself only: after the refusal, too.
    const { session: own } = await change(
      { ...clone, password: 'clone password 2' },
      { ...clone, password: 'clone password 2' },
      'clone password 3',
    );
    await own.close();
    await opens(clone, 'clone password 3');
  });

  it.each([
    { who: 'a real superuser', by: owner, seen: [false, false, false] },
    { who: 'anybody else', by: managed, seen: [true, false, true] },
  ])('log, pg_stat_activity and pg_stat_statements show the one of $who: $seen', async ({ by, seen }) => {
    const login = await user();
    const password = `wanted-${by.username}-1`;
    await server.sql('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');

    const { session } = await change(by, login, password);
    const shown = [
      await readFile(server.logFile, 'utf8'),
      await server.sql("SELECT query FROM pg_stat_activity WHERE query NOT LIKE '%pg_stat_activity%'"),
      await server.sql('SELECT query FROM pg_stat_statements'),
    ].map((each) => JSON.stringify(each).includes(password));
    await session.close();

    expect(plain()).toHaveLength(1);
    expect(shown).toEqual(seen);
  });

  it.each(['28000', '22023'])('the refusal may have SQLSTATE %s', async (code) => {
    const login = await user();
    refusing.refuses = { verifier: { code } };

    const { session } = await change(login, login, 'second password 2');
    await session.close();

    await opens(login, 'second password 2');
  });
});

describe('the password itself is not sent', () => {
  it('to a server that takes the verifier, which is asked for nothing more than the change', async () => {
    const login = await user();
    refusing.refuses = {};

    const { session } = await change(login, login, 'second password 2');
    await session.close();

    const [first, ...others] = refusing.statements;
    expect(first).toMatch(
      /^BEGIN READ WRITE; SET LOCAL search_path = pg_catalog, pg_temp; SET LOCAL statement_timeout.*; SELECT session_user[^;]+ current_setting[^;]+$/s,
    );
    expect(others).toEqual([
      expect.stringMatching(
        /^SELECT pg_advisory_lock[^;]+; SELECT pg_advisory_xact_lock[^;]+;\s+SELECT rolconnlimit[^;]+$/,
      ),
      expect.stringMatching(
        /^SET LOCAL ROLE NONE; SAVEPOINT verifier; ALTER ROLE "\w+" PASSWORD 'SCRAM-SHA-256\$[^']+'$/,
      ),
      'COMMIT',
    ]);
  });

  it.each(['42501', 'XX000', '57014', '55P03', '25006'])(
    'where the verifier failed for another reason: %s',
    async (code) => {
      const login = await user();
      const before = await kept(login);
      refusing.refuses = { verifier: { code } };

      const failed = change(login, login, 'second password 2');

      await expect(failed).rejects.not.toMatchObject({ code: 'PASSWORD_REFUSED' });
      expect(plain()).toEqual([]);
      expect(await kept(login)).toBe(before);
    },
  );

  it.each([
    ['P0001', 'PASSWORD_REFUSED'],
    ['28P01', 'PASSWORD_REFUSED'],
    ['0A000', 'SERVICE_FAILED'],
  ])('where nothing says that it was refused for being a verifier: %s', async (code, told) => {
    const login = await user();
    const before = await kept(login);
    refusing.refuses = { verifier: { code, words: 'Password must have an expiry date' } };

    const failed = change(login, login, 'second password 2');

    await expect(failed).rejects.toMatchObject({ code: told, fact: expect.stringContaining(code) });
    expect(refusing.statements.join()).not.toContain('second password');
    expect(await kept(login)).toBe(before);
  });

  it.each([
    ['without TLS', { tls: false as const }, here.context, '"ssl": false'],
    ['with CLEAR_TEXT=never', {}, forbidding, 'CLEAR_TEXT=never'],
  ])('%s', async (_, way, context, setting) => {
    const login: DatabaseLogin = { ...(await user()), ...way };
    const before = await kept(login);
    const session = await postgres.connect(login, context);

    const refused = session.setPassword(login.username, 'second password 2');

    await expect(refused).rejects.toMatchObject({
      code: 'PASSWORD_REFUSED',
      retryable: false,
      fact: expect.stringContaining('takes no verifier in place of a password'),
      hint: expect.stringContaining(setting),
    });
    await session.close();
    expect(refusing.statements.join()).not.toContain('second password');
    expect(await kept(login)).toBe(before);
  });

  it.skipIf(older === undefined)(
    'where what was there could not be put back: other iterations before PostgreSQL 16',
    async () => {
      const at = older as NonNullable<typeof older>;
      const few = await at.user();
      const verifier = { kind: 'scram-sha-256', iterations: 1000, salt: Buffer.alloc(16, 7) } as const;
      const before = await verifierText(verifier, few.username, few.password);
      await at.server.sql(`ALTER ROLE ${few.username} PASSWORD '${before}'`);

      const refused = at.change(few, few, 'second password 2');

      await expect(refused).rejects.toMatchObject({ code: 'PASSWORD_REFUSED', fact: expect.stringContaining('1000') });
      expect(at.refusing.statements.join()).not.toContain('second password');
      expect(await at.kept(few)).toBe(before);
    },
  );

  it.skipIf(older === undefined)('and is sent there where all are as usual', async () => {
    const at = older as NonNullable<typeof older>;
    const login = await at.user({ password_encryption: 'scram-sha-256' });

    const { session, takeBack } = await at.change(login, login, 'second password 2');
    await at.opens(login, 'second password 2');
    await takeBack();
    await session.close();

    expect(await at.kept(login)).toMatch(/^SCRAM-SHA-256\$4096:/);
    await at.opens(login);
  });
});

it.each([
  { who: 'anybody else', by: managed, logged: true },
  { who: 'a real superuser', by: owner, logged: false },
])('the statement of $who fails: in the log, and so not to be set: $logged', async ({ by, logged }) => {
  const login = await user();
  const before = await kept(login);
  const password = `failed-of-${by.username}-1`;
  const holder = await server.connectAs(server.running.superuser);
  await holder.query(`BEGIN; ALTER ROLE ${login.username} CONNECTION LIMIT 7`);
  const cancel = () =>
    server.sql("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND usename = $1", [
      by.username,
    ]);

  const failed = change(by, login, password).catch((error: unknown) => error);
  await expect.poll(async () => (await cancel()).length).toBe(1);
  const error = (await failed) as RotationError;
  await holder.query('ROLLBACK');
  await holder.end();

  const log = await readFile(server.logFile, 'utf8');
  const statements = log.split('\n').filter((line) => line.includes('STATEMENT:') && line.includes(password));
  expect(error).toMatchObject({ code: 'SERVICE_FAILED', fact: expect.stringContaining('57014') });
  expect(statements).toHaveLength(logged ? 1 : 0);
  expect(firstMove(error).move).toBe(logged ? 'abandon' : 'look');
  expect(error.hint.includes('take AWSPENDING off')).toBe(logged);
  expect(await kept(login)).toBe(before);
});

describe('a password that the server refuses because of its form', () => {
  it('is PASSWORD_REFUSED, and the one of before stays: passwordcheck, of which nothing here stands in', async () => {
    const login = await user();
    const before = await kept(login);

    const refused = change(login, login, 'short');

    await expect(refused).rejects.toMatchObject({
      code: 'PASSWORD_REFUSED',
      retryable: false,
      hint: expect.stringContaining('take AWSPENDING off its version'),
    });
    expect(await kept(login)).toBe(before);
  });

  it.each([
    ['in clear', { verifier: { code: '28000' } }, ['28000', '22023', '42501', '42601', '57014', 'XX000', '25006']],
    ['a verifier', {}, ['42601', '57014', 'XX000', '25006']],
  ])('%s stays out of every error, whatever the server repeats of the statement', async (_, refuses, codes) => {
    const login = await user();
    const told: string[] = [];

    for (const code of codes) {
      refusing.refuses = { verifier: { code }, plain: { code }, ...refuses };
      const error = await change(login, login, "echoed 'password' 1").catch((thrown) => thrown);
      told.push([inspect(error, { depth: 9, showHidden: true }), error.stack, error.cause.stack].join());
    }

    expect(told).toEqual(codes.map((code) => expect.stringContaining(code)));
    expect(told.join()).not.toMatch(/echoed|ALTER ROLE|SCRAM-SHA-256/);
  });

  it('a right that is missing is told in the words of the server, which name it', async () => {
    const login = await user();
    refusing.refuses = { verifier: { code: '42501', words: 'must be a member of rds_password' } };

    const failed = change(login, login, 'second password 2');

    await expect(failed).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      fact: expect.stringContaining('rds_password'),
    });
  });
});
