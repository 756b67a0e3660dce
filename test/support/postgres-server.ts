/** A real PostgreSQL server as the engine suite wants it, with a superuser as RDS gives it. */
import pg from 'pg';
import type { PostgresServer } from '../../local/servers/postgres/server.ts';
import { startPostgres } from '../../local/servers/postgres/server.ts';
import { postgres } from '../../shared/databases/postgres/postgres.ts';
import type { EngineServer } from '../conformance/engine.case.ts';
import { testContext } from './context.ts';
import { hostileGround, hostileSettings } from './hostile-ground.ts';
import { heardByHand, hearEngine, searched } from './log-search.ts';

export interface RealPostgres extends EngineServer {
  readonly version: number;
  readonly logFile: string;
  readonly caFile: string;
  /** For a standby of it. */
  readonly running: PostgresServer;
  /** As the real superuser. */
  sql(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** A connection that stays. */
  connectAs(login: { username: string; password: string; database?: string }): Promise<pg.Client>;
  /** As anybody. */
  sqlAs(login: { username: string; password: string }, text: string): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
}

export async function realPostgres(options: Parameters<typeof startPostgres>[0] = {}): Promise<RealPostgres> {
  hearEngine(postgres);
  const server = await startPostgres({ ...options, settings: { ...hostileSettings, ...options.settings } });
  const client = async (user: string, password: string, database = 'postgres') => {
    const config = {
      host: server.host,
      port: server.port,
      user,
      password,
      database,
      ssl: { ca: server.ca },
    };
    const connected = heardByHand(new pg.Client(config));
    await connected.connect();
    return connected;
  };
  const admin = await client(server.superuser.username, server.superuser.password);
  await admin.query("CREATE ROLE rds_like LOGIN CREATEROLE CREATEDB PASSWORD 'rds like password'");
  await admin.query('CREATE SCHEMA shared AUTHORIZATION rds_like');
  await admin.query('GRANT USAGE ON SCHEMA shared TO PUBLIC');
  const creator = await client('rds_like', 'rds like password');
  await creator.query('CREATE TABLE shared.granted (x int)');
  const login = (username: string, password: string) => ({
    engine: 'postgres',
    host: server.host,
    port: server.port,
    username,
    password,
  });

  const real: RealPostgres = {
    version: server.version,
    logFile: server.logFile,
    caFile: server.caFile,
    running: server,
    login,
    superuser: login('rds_like', 'rds like password'),
    context: testContext({ ca: server.ca }),
    connectAs: ({ username, password, database }) => client(username, password, database),
    sql: async (text, values = []) => (await admin.query(text, [...values])).rows,
    async sqlAs({ username, password }, text) {
      const session = await client(username, password);
      try {
        return (await session.query(text)).rows;
      } finally {
        await session.end();
      }
    },
    async createUser(name, password) {
      await creator.query(`CREATE ROLE ${pg.escapeIdentifier(name)} LOGIN PASSWORD ${pg.escapeLiteral(password)}`);
    },
    async grant(name) {
      await creator.query(`GRANT SELECT ON shared.granted TO ${pg.escapeIdentifier(name)}`);
    },
    async revoke(name) {
      await creator.query(`REVOKE SELECT ON shared.granted FROM ${pg.escapeIdentifier(name)}`);
    },
    async mayUse({ username, password }) {
      return real.sqlAs({ username, password }, 'SELECT * FROM shared.granted').then(
        () => true,
        (error) => {
          if (error.code === '42501') return false;
          throw error;
        },
      );
    },
    async openSessions() {
      const [row] = await real.sql("SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'rekey'");
      return Number(row?.n);
    },
    async hostileGround() {
      await admin.query('CREATE DATABASE hostile');
      const { host, port, ca, logFile, superuser } = server;
      const managed = { username: 'rds_like', password: 'rds like password' };
      const place = { engine: 'postgres', host, port, ca, logFile, dbname: 'hostile', context: real.context };
      return hostileGround({ ...place, real: superuser, managed });
    },
    async stop() {
      await creator.end();
      await admin.end();
      await searched(server, [server.logFile]);
    },
  };
  return real;
}
