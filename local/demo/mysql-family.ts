/** What MySQL and MariaDB have in common on this stage. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import mysql, { type Connection } from 'mysql2';
import type { MysqlServer } from '../servers/mysql/launch.ts';
import type { DemoDatabase, Login, LoginCount, LoginOutcome } from './engine.ts';
import type { StrategyName } from './strategies.ts';

/**
 * Where applications work. No secret names it, so that the functions log in without a database: the servers do not write
 * down which program it is that logs in, but they write this.
 */
const SCHEMA = 'shop';

export interface Member {
  readonly product: 'MySQL' | 'MariaDB';
  /** What the superuser of the pair needs besides CREATE USER and the rights that it passes on. */
  readonly superuserNeeds: readonly string[];
  /** `IDENTIFIED …`, such that the general log does not show the password. */
  identifiedBy(password: string): string;
  /** Rights that a strategy needs. */
  rightsFor(strategy: StrategyName): readonly string[];
}

export async function startMember(member: Member, start: () => Promise<MysqlServer>): Promise<DemoDatabase> {
  const server = await start();
  try {
    const { product, superuserNeeds, identifiedBy } = member;
    const place = { engine: product.toLowerCase(), host: server.host, port: server.port };
    const superuser = { ...place, username: 'rotator', password: randomBytes(24).toString('base64url') };
    await run({ ...place, ...server.superuser }, server.ca, [
      `CREATE DATABASE ${SCHEMA}`,
      `CREATE USER rotator ${identifiedBy(superuser.password)} REQUIRE SSL`,
      'GRANT CREATE USER ON *.* TO rotator',
      'GRANT SELECT ON mysql.* TO rotator',
      `GRANT SELECT, INSERT ON ${SCHEMA}.* TO rotator WITH GRANT OPTION`,
      ...superuserNeeds.map((right) => `GRANT ${right} ON *.* TO rotator WITH GRANT OPTION`),
    ]);
    return database(member, server, superuser);
  } catch (error) {
    await server.stop();
    throw error;
  }
}

function database({ product, identifiedBy, rightsFor }: Member, server: MysqlServer, superuser: Login): DemoDatabase {
  const { host, port, ca, caFile, generalLog, version } = server;
  const log = () => readFileSync(generalLog, 'utf8');
  return {
    title: `${product} ${version}`,
    host,
    port,
    ca,
    environment: { DATABASE_CA_BUNDLE: caFile },
    superuser,
    async createUser(username, password, strategy) {
      const name = mysql.escapeId(username, true);
      await run(superuser, ca, [
        `CREATE USER ${name} ${identifiedBy(password)} REQUIRE SSL`,
        `GRANT SELECT, INSERT ON ${SCHEMA}.* TO ${name}`,
        ...rightsFor(strategy).map((right) => `GRANT ${right} ON *.* TO ${name}`),
      ]);
      return { ...superuser, username, password };
    },
    logins: () => loginsIn(log()),
    log,
    stop: () => server.stop(),
  };
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

export async function login(value: Login, ca: string): Promise<LoginOutcome> {
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
  const ssl = { ca, verifyIdentity: true };
  const client = mysql.createConnection({
    host,
    port,
    user: username,
    password,
    ssl,
    ...(database === undefined ? {} : { database }),
  });
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
