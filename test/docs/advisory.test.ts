/** What the advisory tells an administrator to run finds what was planted, and runs none of it. */
import pg from 'pg';
import { afterAll, expect, it } from 'vitest';
import { hearsNone } from '../support/log-search.ts';
import { realPostgres } from '../support/postgres-server.ts';
import { blocks, page } from './pages.ts';

hearsNone('nothing is rotated: statements of the advisory alone are run');
const server = await realPostgres();
afterAll(() => server.stop());

it('the statements of the advisory list functions, operators, types and relations, in a database full of them', async () => {
  if (typeof server.hostileGround === 'string') throw new Error(server.hostileGround);
  const ground = await server.hostileGround();
  const named = ["SELECT 'x'::text, count(*) FROM pg_roles WHERE rolname = 'x' AND pg_has_role('a', 'b', 'MEMBER')"];
  await ground.plant(named);
  await ground.plantsThatRan();
  const before = await ground.roles();
  const { host, port, ca, superuser } = server.running;
  const login = { host, port, user: superuser.username, password: superuser.password, database: 'hostile' };
  const client = new pg.Client({ ...login, ssl: { ca } });
  await client.connect();

  const [block] = blocks(page('docs/security.md')).filter(({ info }) => info === 'sql');
  const answers = (await client.query(String(block?.text))) as unknown as pg.QueryResult[];
  await client.end();

  const listed = answers.flatMap(({ rows }) => rows);
  expect(listed).toContainEqual(expect.objectContaining({ rolname: 'postgres', rolsuper: true }));
  for (const kind of ['function', 'operator', 'type', 'relation']) {
    expect(listed).toContainEqual(expect.objectContaining({ kind, what: expect.stringMatching(/^(evil|public)\./) }));
  }
  expect(await ground.plantsThatRan()).toEqual([]);
  expect(await ground.roles()).toEqual(before);
  await ground.stop();
});
