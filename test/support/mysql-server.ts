/** A real MySQL or MariaDB server as the engine suite wants it, with a superuser as RDS gives it. */
import { readFile } from 'node:fs/promises';
import mysql, { type Connection } from 'mysql2';
import { startMariadb } from '../../local/servers/mariadb/server.ts';
import type { MysqlServer } from '../../local/servers/mysql/launch.ts';
import { startMysql } from '../../local/servers/mysql/server.ts';
import { mariadb } from '../../shared/databases/mysql/mariadb.ts';
import { mysql as mysqlEngine } from '../../shared/databases/mysql/mysql.ts';
import type { DatabaseLogin } from '../../shared/databases/secret.ts';
import type { EngineServer } from '../conformance/engine.case.ts';
import { testContext } from './context.ts';
import { byHand, hearEngine, searched } from './log-search.ts';

type Row = Record<string, unknown>;

export interface RealMysql extends EngineServer {
  readonly product: 'MySQL' | 'MariaDB';
  readonly version: string;
  readonly caFile: string;
  /** As the real superuser. */
  sql(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** As anybody. */
  sqlAs(login: { username: string; password: string }, text: string): Promise<Row[]>;
  /** Everything that the general log holds. */
  generalLog(): Promise<string>;
  /** Does this login open, outside of what is tested? */
  opens(login: { username: string; password: string }): Promise<boolean>;
  stop(): Promise<void>;
}

/** Skips the test where the server came without this plugin: an installation of the server alone has few of them. */
export async function loadPlugin(server: RealMysql, plugin: string, skip: (reason: string) => void): Promise<void> {
  const missing = await server.sql(`INSTALL SONAME '${plugin}'`).catch(({ errno }) => errno === 1126);
  if (missing === true) skip(`${plugin} is not installed`);
}

/** What RDS grants to its master user, without SUPER: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.MasterAccounts.html */
const MASTER =
  'SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, RELOAD, PROCESS, REFERENCES, INDEX, ALTER, SHOW DATABASES, CREATE TEMPORARY TABLES, ' +
  'LOCK TABLES, EXECUTE, REPLICATION SLAVE, REPLICATION CLIENT, CREATE VIEW, SHOW VIEW, CREATE ROUTINE, ALTER ROUTINE, CREATE USER, EVENT, TRIGGER';
const MASTER_OF_MYSQL = ', CREATE ROLE, DROP ROLE, APPLICATION_PASSWORD_ADMIN, ROLE_ADMIN, XA_RECOVER_ADMIN';

export type Start = () => Promise<MysqlServer>;

export const realMysql = (options: Parameters<typeof startMysql>[0] = {}) => real('MySQL', () => startMysql(options));
export const realMariadb = (options: Parameters<typeof startMariadb>[0] = {}) =>
  real('MariaDB', () => startMariadb(options));

async function real(product: RealMysql['product'], start: Start): Promise<RealMysql> {
  for (const engine of [mysqlEngine, mariadb]) hearEngine(engine);
  const server = await start();
  const client = (user: string, password: string) => connected(server, user, password);
  const admin = await client(server.superuser.username, server.superuser.password);
  const sql = (text: string, values: readonly unknown[] = []) => answer(admin, text, values);
  await sql("CREATE USER rds_like IDENTIFIED BY 'rds like password'");
  await sql(`GRANT ${MASTER}${product === 'MySQL' ? MASTER_OF_MYSQL : ''} ON *.* TO rds_like WITH GRANT OPTION`);
  // Without these MariaDB lets nobody pass on ALL PRIVILEGES of a schema. The second came with 11.3.
  if (product === 'MariaDB') {
    const extra = ['DELETE HISTORY', ...(server.version.startsWith('10.') ? [] : ['SHOW CREATE ROUTINE'])];
    await sql(`GRANT ${extra.join(', ')} ON *.* TO rds_like WITH GRANT OPTION`);
  }
  await sql('CREATE DATABASE shared');
  await sql('CREATE TABLE shared.granted (x int, y int)');
  const creator = await client('rds_like', 'rds like password');
  const login = (username: string, password: string): DatabaseLogin => ({
    engine: product.toLowerCase(),
    host: server.host,
    port: server.port,
    username,
    password,
  });

  const house: RealMysql = {
    product,
    version: server.version,
    caFile: server.caFile,
    login,
    superuser: login('rds_like', 'rds like password'),
    context: testContext({ ca: server.ca }),
    sql,
    async sqlAs({ username, password }, text) {
      const session = await client(username, password);
      try {
        return await answer(session, text);
      } finally {
        session.destroy();
      }
    },
    generalLog: () => readFile(server.generalLog, 'utf8'),
    opens: ({ username, password }) =>
      house.sqlAs({ username, password }, 'DO 1').then(
        () => true,
        (error) => {
          if (error.errno === 1045) return false;
          throw error;
        },
      ),
    async createUser(name, password) {
      await answer(creator, 'CREATE USER ? IDENTIFIED BY ?', [name, password]);
    },
    async grant(name) {
      await answer(creator, 'GRANT SELECT ON shared.granted TO ?', [name]);
    },
    async revoke(name) {
      await answer(creator, 'REVOKE SELECT ON shared.granted FROM ?', [name]);
    },
    mayUse: ({ username, password }) =>
      house.sqlAs({ username, password }, 'SELECT * FROM shared.granted').then(
        () => true,
        (error) => {
          // On some of the columns only: 1143.
          if (error.errno === 1142 || error.errno === 1143) return false;
          throw error;
        },
      ),
    hostileGround:
      'built-in functions come before stored ones, and every table is named with its schema: docs/security.md',
    async openSessions() {
      const [row] = await sql(
        "SELECT count(*) AS n FROM information_schema.processlist WHERE user LIKE 'engine%' OR user LIKE 'app%'",
      );
      return Number(row?.n);
    },
    async stop() {
      creator.destroy();
      admin.destroy();
      await searched(server, [server.generalLog, server.logFile]);
    },
  };
  return house;
}

async function connected(server: MysqlServer, user: string, password: string): Promise<Connection> {
  const { host, port, ca } = server;
  const client = mysql.createConnection({ host, port, user, password, ssl: { ca } });
  await new Promise<void>((resolve, reject) => {
    client.connect((error) => (error === null ? resolve() : reject(error)));
  });
  client.on('error', () => {});
  return client;
}

function answer(client: Connection, text: string, values: readonly unknown[] = []): Promise<Row[]> {
  byHand(text, ...values);
  return new Promise((resolve, reject) => {
    client.query(text, [...values], (error, rows) => {
      if (error === null) resolve(Array.isArray(rows) ? (rows as Row[]) : []);
      else reject(error);
    });
  });
}
