/** What MySQL and MariaDB have in common on this stage. */
import { readFileSync } from 'node:fs';
import mysql, { type Connection } from 'mysql2';
import type { MysqlServer } from '../servers/mysql/launch.ts';
import { type DatabaseKind, demoDatabase } from './database.ts';
import type { DemoEngine, Login, LoginCount, LoginOutcome } from './engine.ts';

/**
 * Where applications work. No secret names it, so that the functions log in without a database: the servers do not write
 * down which program it is that logs in, but they write this.
 */
const SCHEMA = 'shop';

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
        `GRANT CREATE USER ON *.* TO ${username}`,
        `GRANT SELECT ON mysql.* TO ${username}`,
        `GRANT SELECT, INSERT ON ${SCHEMA}.* TO ${username} WITH GRANT OPTION`,
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
    logins: (server) => loginsIn(log(server)),
    log,
  };
  return { strategies, ...(missing && { missing }), start: async () => demoDatabase(await start(), kind), login };
}

/** `9 Connect`, and what for. A login that is refused has a second line of the same number. */
export function loginsIn(generalLog: string): LoginCount {
  const functions = new Set<string>();
  let refused = 0;
  for (const [, id = '', text = ''] of generalLog.matchAll(/(\d+) Connect\t(.*)$/gm)) {
    if (text.startsWith('Access denied for user')) {
      refused += 1;
      functions.delete(id);
    } else if (text.includes(' on  using ')) functions.add(id);
  }
  return { openedByFunctions: functions.size, refused };
}

async function login(value: Login, ca: string): Promise<LoginOutcome> {
  try {
    (await connected(value, ca, SCHEMA)).destroy();
    return 'opened';
  } catch (error) {
    // https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html: ER_ACCESS_DENIED_ERROR
    if ((error as { errno?: number }).errno === 1045) return 'refused';
    throw error;
  }
}

async function run(as: Login, ca: string, statements: readonly string[]): Promise<void> {
  const client = await connected(as, ca);
  try {
    for (const statement of statements) {
      await new Promise<void>((resolve, reject) => {
        client.query(statement, (error) => (error === null ? resolve() : reject(error)));
      });
    }
  } finally {
    client.destroy();
  }
}

function connected({ host, port, username, password }: Login, ca: string, database?: string): Promise<Connection> {
  const place = { host, port, ...(database !== undefined && { database }) };
  const ssl = { ca, verifyIdentity: true };
  const client = mysql.createConnection({ ...place, user: username, password, ssl });
  return new Promise((resolve, reject) => {
    client.on('error', () => {});
    client.connect((error) => {
      if (error === null) resolve(client);
      else {
        client.destroy();
        reject(error);
      }
    });
  });
}
