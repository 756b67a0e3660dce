/** How often Redshift is waited for, on the stand-in: what is asked is many views, in few messages. */
import { afterAll, describe, expect, it } from 'vitest';
import { literal } from '../../../../shared/databases/redshift/question.ts';
import { testRedshift } from '../../../support/redshift-server.ts';
import { redshiftKit } from './redshift-kit.ts';

const server = await testRedshift('');
afterAll(() => server.stop());
const { pair, privileges } = redshiftKit(server, 'trips');

/** The messages that `work` has the server log. */
async function heard(work: () => Promise<unknown>): Promise<string[]> {
  const from = (await server.log()).length;
  await work();
  const log = (await server.log()).slice(from);
  return [...log.matchAll(/ LOG: {2}(?:statement|execute [^:]+): (\S+)/g)].map(([, word]) => String(word));
}

describe('where nothing differs', () => {
  it('a superuser is answered five times', async () => {
    const { name, align } = await pair();
    await server.grant(name);
    await align();

    expect(await heard(align)).toEqual(['BEGIN', 'SELECT', 'SELECT', 'ALTER', 'COMMIT']);
  });

  it('and so it is where the clone is in use', async () => {
    const { login, other, align } = await pair();
    await align();

    expect(await heard(() => align(other, login))).toEqual(['BEGIN', 'SELECT', 'SELECT', 'ALTER', 'COMMIT']);
  });

  it('a user is answered three times, and once more where it may use a function or a procedure', async () => {
    const { name, login } = await pair();
    const before = await heard(() => privileges(login));
    await server.sql(`CREATE FUNCTION shared.f_${name}() RETURNS int LANGUAGE sql AS 'SELECT 1'`);
    await server.sql(`GRANT EXECUTE ON FUNCTION shared.f_${name}() TO ${name}`);

    expect(before).toEqual(['BEGIN', 'SELECT', 'COMMIT']);
    expect(await heard(() => privileges(login))).toEqual(['BEGIN', 'SELECT', 'SELECT', 'COMMIT']);
  });
});

it('the grants of two users that are asked for at once are told apart', async () => {
  const { name, login, other, align } = await pair();
  await align();
  await server.sql(`CREATE TABLE shared.of_${name} (x int)`);
  await server.sql(`GRANT SELECT ON shared.of_${name} TO ${name}`);
  await server.sql(`GRANT DELETE ON shared.of_${name} TO ${other.username}`);
  await server.sql(`ALTER DEFAULT PRIVILEGES IN SCHEMA shared GRANT INSERT ON TABLES TO ${other.username}`);

  await align();

  const lines = await privileges(other);
  expect(lines).toEqual(await privileges(login));
  expect(lines).toContain(`SELECT ON TABLE "shared"."of_${name}"`);
  expect(lines.join()).not.toMatch(/DELETE|INSERT/);
});

it.each(['svv_language_privileges', 'svv_default_privileges', 'svv_user_grants', 'svv_external_schemas'])(
  'a cluster without %s changes nothing, and nobody passes for a user without rights',
  async (view) => {
    const { login, other, align } = await pair();
    await align();
    await server.sql(`ALTER VIEW pg_catalog.${view} RENAME TO hidden`);
    try {
      const refused = { code: 'SERVICE_FAILED', fact: expect.stringContaining('42P01') };
      await expect(align(login, { ...other, password: 'Third-password-1' })).rejects.toMatchObject(refused);
      await expect(privileges(login)).rejects.toMatchObject(refused);
    } finally {
      await server.sql(`ALTER VIEW pg_catalog.hidden RENAME TO ${view}`);
    }

    await server.sqlAs(other, 'SELECT 1');
    await align();
  },
);

describe('a literal', () => {
  it.each(["it's", 'a\\b', "\\'; SELECT 1; --", '\\', '', 'ü"`$1'])(
    '%j is that text, and nothing else',
    async (text) => {
      const [row] = await server.sql(`SELECT ${literal(text)} AS text`);

      expect(row?.text).toBe(text);
      // It escapes on Redshift.
      expect(literal(text)).not.toContain('\\');
    },
  );
});
