/** What the runbook says of a user that is gone, run on real servers: the rotation comes back. */
import pg from 'pg';
import { afterAll, expect, it } from 'vitest';
import type { DatabaseEngine } from '../../shared/databases/engine.ts';
import type { DatabaseSecret } from '../../shared/databases/secret.ts';
import { singleUserStrategy } from '../../shared/databases/strategies/single-user.ts';
import { openLabels, wholeRotation } from '../conformance/rotate.ts';
import type { DatabaseWorld } from '../conformance/world.ts';
import { mysqlHouse } from '../support/mysql-world.ts';
import { postgresHouse } from '../support/postgres-world.ts';
import { labelled } from '../support/store.ts';
import { page, table } from './pages.ts';

interface Server {
  world(strategy: (engine: DatabaseEngine) => ReturnType<typeof singleUserStrategy>): Promise<DatabaseWorld>;
  sql(text: string): Promise<unknown>;
  /** What `\password` of psql sends, where the page says it. */
  password?(username: string, password: string): Promise<unknown>;
}

const postgres = await postgresHouse();
afterAll(() => postgres.close());
const mysql = await mysqlHouse('mysql', 'the user that was dropped');
const mariadb = await mysqlHouse('mariadb', 'the user that was dropped');
const servers: [string, Server][] = [
  [
    'PostgreSQL',
    {
      ...postgres,
      password: (name, password) =>
        postgres.sql(`ALTER USER ${pg.escapeIdentifier(name)} PASSWORD ${pg.escapeLiteral(password)}`),
    },
  ],
  ...[mysql, mariadb].flatMap((house): [string, Server][] =>
    house === undefined ? [] : [['MySQL, MariaDB', { world: house.world, sql: (text) => house.server.sql(text) }]],
  ),
];

it.each(servers)('%s: a user that was dropped is made as the runbook says, and rotates', async (row, server) => {
  const [, made = '', more = ''] =
    table(page('docs/runbook.md'), '### A user that is gone').find(([name]) => name === row) ?? [];
  const [, statement = ''] = /`([^`]+)`/.exec(made) ?? [];
  const here = await server.world(singleUserStrategy);
  const { username, password } = (await labelled(here.store, 'AWSCURRENT')) as unknown as DatabaseSecret;
  await server.sql(`DROP USER ${username}`);
  await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'LOCKED_OUT' });

  await server.sql(statement.replace(/\bapp\b/, username).replace('…', password));
  if (made.includes('`\\password app`')) await server.password?.(username, password);
  const worksAtOnce = await openLabels(here);
  await here.store.abandon();
  await wholeRotation(here);

  expect(more).toMatch(/grants/);
  expect(worksAtOnce).toContain('AWSCURRENT');
  expect(await openLabels(here)).toContain('AWSCURRENT');
});
