/** What MySQL and MariaDB have in common on this stage. */
import { readFileSync } from 'node:fs';
import mysql from 'mysql2';
import { createConnection } from 'mysql2/promise';
import type { MysqlServer } from '../local/servers/mysql/launch.ts';
import { type DatabaseKind, demoDatabase, loginBy } from './database.ts';
import type { DemoEngine, Login, ServerCounts } from './engine.ts';

/**
 * Where applications work. No secret names it, so that the functions log in without a database: the servers do not write
 * down which program it is that logs in, but they write this.
 */
const SCHEMA = 'shop';

/** Beside the general log: each statement in the slow log, too, which lies beside the data folder. */
export const talkative = { 'slow-query-log': '1', 'slow-query-log-file': '../slow.log', 'long-query-time': '0' };

export interface MysqlMember extends Pick<DemoEngine, 'strategies' | 'missing'> {
  readonly product: 'MySQL' | 'MariaDB';
  /** `IDENTIFIED …`, such that the general log does not show the password. */
  identifiedBy(password: string): string;
  /** What a user needs who keeps two passwords, and so the superuser who gives it. */
  readonly dualRight?: string;
}

export function mysqlMember(member: MysqlMember, start: () => Promise<MysqlServer>): DemoEngine {
  const { product, strategies, missing, identifiedBy, dualRight } = member;
  const log = ({ generalLog }: MysqlServer) => readFileSync(generalLog, 'utf8');
  const kind: DatabaseKind<MysqlServer> = {
    title: ({ version }) => `${product} ${version}`,
    place: () => ({ engine: product.toLowerCase() }),
    prepare: (admin, ca, { username, password }) =>
      run(admin, ca, [
        `CREATE DATABASE ${SCHEMA}`,
        `CREATE USER ${username} ${identifiedBy(password)} REQUIRE SSL`,
        // As RDS does. We need less: docs/engines/mysql.md
        `GRANT SELECT, INSERT, UPDATE, CREATE USER ON *.* TO ${username} WITH GRANT OPTION`,
        ...(dualRight ? [`GRANT ${dualRight} ON *.* TO ${username} WITH GRANT OPTION`] : []),
      ]),
    createUser: (superuser, ca, { username, password }, strategy) => {
      const name = mysql.escapeId(username, true);
      const right = strategy === 'dual-password' && dualRight;
      return run(superuser, ca, [
        `CREATE USER ${name} ${identifiedBy(password)} REQUIRE SSL`,
        `GRANT SELECT, INSERT ON ${SCHEMA}.* TO ${name}`,
        ...(right ? [`GRANT ${right} ON *.* TO ${name}`] : []),
      ]);
    },
    counts: (server) => countsIn(log(server)),
    log,
  };
  return { strategies, ...(missing && { missing }), start: async () => demoDatabase(await start(), kind), login };
}

/** `9 Connect`, and what for. A login that is refused has a second line of the same number. */
export function countsIn(generalLog: string): ServerCounts {
  const functions = new Set<string>();
  let refused = 0;
  for (const [, id = '', text = ''] of generalLog.matchAll(/(\d+) Connect\t(.*)$/gm)) {
    if (text.startsWith('Access denied for user')) {
      refused += 1;
      functions.delete(id);
    } else if (text.includes(' on  using ')) functions.add(id);
  }
  const statements = generalLog.match(/\d+ (Query|Execute)\t/g)?.length ?? 0;
  return { openedByFunctions: functions.size, refused, statements };
}

// https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html: ER_ACCESS_DENIED_ERROR
const login = loginBy(
  (value, ca) => run(value, ca, [], SCHEMA),
  (error) => (error as { errno?: number }).errno === 1045,
);

async function run(
  { host, port, username: user, password }: Login,
  ca: string,
  statements: readonly string[],
  database?: string,
): Promise<void> {
  const ssl = { ca, verifyIdentity: true };
  const client = await createConnection({ host, port, user, password, ssl, ...(database && { database }) });
  client.on('error', () => {});
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    client.destroy();
  }
}
