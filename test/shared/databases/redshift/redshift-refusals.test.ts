/** What Redshift's manual says that it refuses. On the stand-in, which refuses it too; what a cluster says is seen by redshift.test.ts. */
import { afterAll, describe, expect, it } from 'vitest';
import { openConnection } from '../../../../shared/databases/postgres/connection.ts';
import { cloneUser } from '../../../../shared/databases/redshift/clone-user.ts';
import { redshift } from '../../../../shared/databases/redshift/redshift.ts';
import { stored } from '../../../support/pair-proof.ts';
import { testRedshift } from '../../../support/redshift-server.ts';
import { redshiftKit } from './redshift-kit.ts';

const server = await testRedshift('');
afterAll(() => server.stop());
const { pair, privileges } = redshiftKit(server, 'refused');

const product = { defaults: { port: 5439, dbname: 'dev' }, title: 'Redshift', page: '', entry: 'USAGE', patience: [] };
const connected = () => openConnection(server.superuser, product, server.context);
const may = async (name: string, right: string, schema: string) => {
  const [row] = await server.sql(`SELECT has_schema_privilege($1, $2, '${right}') AS yes`, [name, schema]);
  return row?.yes === true;
};
const externalSchema = async (name: string, owner = 'CURRENT_USER') => {
  await server.sql(`CREATE SCHEMA ${name} AUTHORIZATION ${owner}`);
  await server.sql(`COMMENT ON SCHEMA ${name} IS 'external'`);
};

describe('the stand-in refuses', () => {
  it.each(['svl_user_info', 'stl_query', 'stv_sessions', 'svcs_query_summary'])(
    '%s to a superuser',
    async (relation) => {
      await expect(server.sql(`SELECT * FROM ${relation}`)).rejects.toMatchObject({
        code: '42501',
        message: `permission denied for relation ${relation}`,
      });
    },
  );

  it('a right on a table beside the same on one of its columns, and takes it the other way round', async () => {
    const { name } = await pair();
    await server.sql(`CREATE TABLE shared.${name} (x int)`);
    await server.sql(`GRANT SELECT (x) ON shared.${name} TO ${name}`);

    await expect(server.sql(`GRANT SELECT ON shared.${name} TO ${name}`)).rejects.toMatchObject({ code: '0A000' });
    await expect(server.sql(`GRANT ALL ON TABLE shared.${name} TO ${name}`)).rejects.toMatchObject({ code: '0A000' });
    await server.sql(`GRANT DELETE ON shared.${name} TO ${name}`);
  });

  it.each(['GRANT USAGE', 'REVOKE USAGE'])('%s on an external schema in a transaction, not outside', async (what) => {
    const { name } = await pair();
    await externalSchema(`ext_${name}`);
    const statement = `${what} ON SCHEMA ext_${name} ${what.startsWith('GRANT') ? 'TO' : 'FROM'} ${name}`;
    await server.sql('BEGIN');
    const refused = await server.sql(statement).catch((error) => error);
    await server.sql('ROLLBACK');
    const inOneMessage = await server.sql(`SET search_path = public; ${statement}`).catch((error) => error);

    expect([refused.code, inOneMessage.code]).toEqual(['25001', '25001']);
    await server.sql(statement);
  });

  it('CREATE on an external schema: GRANT ALL gives USAGE alone', async () => {
    const { name } = await pair();
    await externalSchema(`ext_${name}`);

    await server.sql(`GRANT ALL ON SCHEMA ext_${name} TO ${name}`);

    expect(await may(name, 'USAGE', `ext_${name}`)).toBe(true);
    expect(await may(name, 'CREATE', `ext_${name}`)).toBe(false);
    await expect(server.sql(`GRANT CREATE ON SCHEMA ext_${name} TO ${name}`)).rejects.toMatchObject({ code: '0A000' });
  });
});

describe('external schemas and shared databases', () => {
  it('a rehearsal ends where a grant stands in no transaction, finds nothing, and leaves nothing', async () => {
    const { name, other } = await pair();
    await externalSchema(`ext_${name}`);
    await server.sql(`GRANT USAGE ON SCHEMA ext_${name} TO ${name}`);
    const root = await redshift.connect(server.superuser, server.context);

    await root.rehearsal?.cloneUser(name, other.username, 'Rehearsed1', stored('unused'));

    await root.close();
    expect(await server.sql('SELECT 1 FROM pg_user WHERE usename = $1', [other.username])).toEqual([]);
  });

  it('USAGE reaches a clone that is made, and the password comes after it', async () => {
    const { name, login, other, align } = await pair();
    await externalSchema(`ext_${name}`);
    await server.sql(`GRANT USAGE ON SCHEMA ext_${name} TO ${name}`);

    await align();

    expect(await privileges(other)).toEqual(await privileges(login));
    expect(await privileges(other)).toContain(`USAGE ON SCHEMA "ext_${name}"`);
    const log = await server.log();
    const given = log.indexOf(`GRANT USAGE ON SCHEMA "ext_${name}" TO "${other.username}"`);
    expect(log.lastIndexOf(`ALTER USER "${other.username}" PASSWORD`)).toBeGreaterThan(given);
  });

  it('a right that the base lost is taken from the clone, with grants on a shared database', async () => {
    const { name, login, other, align } = await pair();
    await externalSchema(`ext_${name}`);
    await server.sql(`CREATE DATABASE db_${name}`);
    await server.sql(`COMMENT ON DATABASE db_${name} IS 'shared'`);
    await server.sql(`GRANT USAGE ON SCHEMA ext_${name} TO ${name}`);
    await server.grant(name);
    await align();
    await server.revoke(name);
    await server.sql(`REVOKE USAGE ON SCHEMA ext_${name} FROM ${name}`);
    await server.sql(`GRANT CREATE ON DATABASE db_${name} TO ${name}`);

    await align(other, login);

    expect(await may(other.username, 'USAGE', `ext_${name}`)).toBe(false);
    expect(await privileges(other)).toContain(`CREATE ON DATABASE "db_${name}"`);
    expect(await privileges(other)).toEqual(await privileges(login));
  });

  it('what only an adopted clone in use may is given to the base, and not taken from the clone', async () => {
    const { name, login, other, align } = await pair();
    for (const schema of [`ext_${name}`, `of_base_${name}`]) await externalSchema(schema);
    await server.createUser(other.username, other.password);
    await server.sql(`GRANT USAGE ON SCHEMA ext_${name} TO ${other.username}`);
    await server.sql(`GRANT USAGE ON SCHEMA of_base_${name} TO ${name}`);

    await align(other, login, [login.password]);

    expect(await may(other.username, 'USAGE', `ext_${name}`)).toBe(true);
    expect(await privileges(other)).toEqual(await privileges(login));
    expect(await server.log()).not.toContain(`REVOKE USAGE ON SCHEMA "ext_${name}"`);
  });

  it.each(['base', 'clone'])('one that the %s owns asks for USAGE of the other, never for CREATE', async (owner) => {
    const { name, login, other, align } = await pair();
    await align();
    await externalSchema(`ext_${name}`, owner === 'base' ? name : other.username);

    await align();
    await align(other, login);

    const rest = owner === 'base' ? other.username : name;
    expect(await may(rest, 'USAGE', `ext_${name}`)).toBe(true);
    expect(await privileges(other)).toEqual(await privileges(login));
    expect(await server.log()).not.toContain(`GRANT ALL ON SCHEMA "ext_${name}"`);
  });

  describe('while the grant outside cannot be given', () => {
    const opens = (login: { username: string; password: string }) =>
      server.sqlAs(login, 'SELECT 1').then(
        () => true,
        () => false,
      );
    const crash = async (base: string, password: string, proven: string, turned = false) => {
      const connection = await connected();
      const dying = { ...connection, alone: () => Promise.reject(new Error('crash')) };
      const clone = `${base}_clone`;
      const names = turned ? { from: clone, to: base, base } : { from: base, to: clone, base };
      const died = await cloneUser(
        dying,
        names,
        { password, proof: stored(proven, 'one that opens the other') },
        async () => {},
      ).catch(({ message }) => message);
      await connection.close();
      expect(died).toBe('crash');
    };

    it('a clone that is made has a password that nobody knows, and the repeat gives it the right one', async () => {
      const { name, login, other, align } = await pair();
      await externalSchema(`ext_${name}`);
      await server.sql(`GRANT USAGE ON SCHEMA ext_${name} TO ${name}`);

      await crash(name, other.password, login.password);

      expect(await opens(other)).toBe(false);
      await align();
      expect(await opens(other)).toBe(true);
      expect(await privileges(other)).toEqual(await privileges(login));
    });

    it('a clone in use that is adopted loses nothing, then or when it is repeated', async () => {
      const { name, login, other, align } = await pair();
      await externalSchema(`ext_${name}`);
      await server.createUser(other.username, other.password);
      await server.sql(`GRANT USAGE ON SCHEMA ext_${name} TO ${other.username}`);

      await crash(name, login.password, other.password, true);
      await align(other, login, [login.password]);

      expect(await may(other.username, 'USAGE', `ext_${name}`)).toBe(true);
      expect(await may(name, 'USAGE', `ext_${name}`)).toBe(true);
    });

    it('a clone that is there keeps its password', async () => {
      const { name, login, other, align } = await pair();
      await align();
      await externalSchema(`ext_${name}`);
      await server.sql(`GRANT USAGE ON SCHEMA ext_${name} TO ${name}`);

      await crash(name, 'Third-password-1', login.password);

      expect(await opens({ ...other, password: 'Third-password-1' })).toBe(false);
      expect(await opens(other)).toBe(true);
    });
  });
});

describe('outside of a transaction nothing runs that looks a name up', () => {
  it.each([
    'SELECT 1',
    'GRANT SELECT ON TABLE "public"."t" TO "app"',
    'GRANT EXECUTE ON FUNCTION "public"."f"(int) TO "app"',
    'GRANT USAGE ON SCHEMA ext TO "app"',
    'GRANT USAGE ON SCHEMA "ext" TO "app"; SELECT planted()',
    'GRANT USAGE ON SCHEMA "ext" TO "app" -- "',
    'ALTER USER "app" CREATEUSER',
    'SET search_path = public',
  ])('%s', async (statement) => {
    const connection = await connected();
    const readUpTo = (await server.log()).length;

    const refused = await connection.alone(statement).catch((error: unknown) => error);
    await connection.close();

    expect(refused).toMatchObject({ message: 'this statement needs a pinned search_path' });
    expect((await server.log()).slice(readUpTo)).not.toContain(statement);
  });
});

describe('a right on a table and the same on a column of it', () => {
  it('of the other user is revoked on the column before it is given on the table', async () => {
    const { name, login, other, align } = await pair();
    await server.sql(`CREATE TABLE shared.${name} (x int, y int)`);
    await server.sql(`GRANT SELECT (x), UPDATE (y) ON shared.${name} TO ${name}`);
    await align();
    await server.sql(`REVOKE SELECT (x) ON shared.${name} FROM ${name}`);
    await server.sql(`GRANT SELECT ON shared.${name} TO ${name}`);

    await align(other, login);

    expect(await privileges(other)).toEqual(await privileges(login));
    expect(await privileges(other)).toContain(`SELECT ON TABLE "shared"."${name}"`);
  });

  it.each([
    ['the base may read the table, the clone in use a column', '', '(x)'],
    ['the base may read a column, the clone in use the table', '(x)', ''],
  ])('of two that are adopted: %s', async (_what, ofBase, ofClone) => {
    const { name, login, other, align } = await pair();
    await server.createUser(other.username, other.password);
    await server.sql(`CREATE TABLE shared."${name} odd"") ON TABLE" (x int, y int)`);
    await server.sql(`GRANT SELECT ${ofBase} ON shared."${name} odd"") ON TABLE" TO ${name}`);
    await server.sql(`GRANT SELECT ${ofClone} ON shared."${name} odd"") ON TABLE" TO ${other.username}`);

    await align(other, login, [login.password]);

    expect(await privileges(other)).toEqual(await privileges(login));
    expect(await privileges(other)).toContain(`SELECT ON TABLE "shared"."${name} odd"") ON TABLE"`);
  });

  it('of the other user goes, where the pair comes to own the table', async () => {
    const { name, login, other, align } = await pair();
    await align();
    await server.sql(`CREATE TABLE shared.${name} (x int)`);
    await server.sql(`GRANT SELECT (x) ON shared.${name} TO ${other.username}`);
    await server.sql(`ALTER TABLE shared.${name} OWNER TO ${name}`);

    await align();

    await server.sqlAs(other, `SELECT count(*) FROM shared.${name}`);
    expect(await privileges(other)).toEqual(await privileges(login));
  });
});

describe('users that cannot log in', () => {
  it('NOLOGIN of the base is not given to the clone in use, and the base stays shut', async () => {
    const { login, other, align } = await pair();
    await align();
    await server.sql(`ALTER USER ${login.username} NOLOGIN`);

    await align(other, login);

    await server.sqlAs(other, 'SELECT 1');
    const refused = await redshift.connect(login, server.context).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'AUTHENTICATION_REFUSED' });
  });

  it.each(['base', 'clone'])('an EXTERNALID of the %s ends it, with nothing changed', async (which) => {
    const { login, other, align } = await pair();
    await align();
    const whose = which === 'base' ? login.username : other.username;
    await server.sql(`COMMENT ON ROLE ${whose} IS 'externalid 00u1a2b3'`);
    await server.grant(login.username);

    const refused = await align(login, { ...other, password: 'Third-password-1' }).catch((error: unknown) => error);

    expect(refused).toMatchObject({
      code: 'INVALID_SECRET',
      fact: `user ${whose} has an EXTERNALID: it logs in through an identity provider`,
    });
    await server.sqlAs(other, 'SELECT 1');
    expect(await server.mayUse(other)).toBe(false);
  });
});

describe('a right that somebody else than the owner granted', () => {
  it.each([
    ['carol', 'TABLE shared.OBJECT', 'SELECT', 'SELECT ON TABLE "shared"."OBJECT"'],
    ['dave"; x', 'SCHEMA OBJECT', 'USAGE', 'USAGE ON SCHEMA "OBJECT"'],
  ])('stays after REVOKE, and the error names %s', async (grantor, object, right, spelled) => {
    const { name, other, align } = await pair();
    const whose = `${grantor} of ${name}`;
    await server.createUser(whose, 'Grantor-password-1');
    await server.sql(object.startsWith('TABLE') ? `CREATE TABLE shared.${name} (x int)` : `CREATE SCHEMA ${name}`);
    await align();
    const on = object.replace('OBJECT', name);
    const quoted = `"${whose.replaceAll('"', '""')}"`;
    await server.sql(`GRANT ${right} ON ${on} TO ${quoted} WITH GRANT OPTION`);
    await server.sql(`SET SESSION AUTHORIZATION ${quoted}`);
    await server.sql(`GRANT ${right} ON ${on} TO ${other.username}`);
    await server.sql('RESET SESSION AUTHORIZATION');

    const refused = await align().catch((error: unknown) => error);

    const statement = `REVOKE ${spelled.replace('OBJECT', name)} FROM "${other.username}"`;
    expect(refused).toMatchObject({
      code: 'PERMISSION_DENIED',
      fact: expect.stringContaining(`${whose} granted it`),
      hint: `run as ${whose}: ${statement}`,
    });
    await server.sql(`SET SESSION AUTHORIZATION ${quoted}`);
    await server.sql(statement);
    await server.sql('RESET SESSION AUTHORIZATION');
    await align();
  });
});

it('internal tables of a materialized view are not granted on, and a table of such a name by half is', async () => {
  const { name, login, other, align } = await pair();
  await server.sql(`CREATE SCHEMA mv_${name} AUTHORIZATION ${name}`);
  await server.sqlAs(login, `CREATE TABLE mv_${name}.mv_tbl__sales__0 (x int)`);
  await server.sqlAs(login, `CREATE TABLE mv_${name}.mv_tbl__sales (x int)`);
  await server.sql(`CREATE TABLE shared.mv_tbl__${name}__0 (x int)`);
  await server.sql(`GRANT SELECT ON shared.mv_tbl__${name}__0 TO ${name}`);

  await align();

  expect(await server.log()).not.toMatch(/"mv_tbl__\w+__0" TO/);
  expect((await privileges(login)).join()).not.toContain('mv_tbl__sales__0');
  expect(await privileges(other)).toContain(`SELECT ON TABLE "mv_${name}"."mv_tbl__sales", which the pair owns`);
  expect(await privileges(other)).toEqual(await privileges(login));
});
