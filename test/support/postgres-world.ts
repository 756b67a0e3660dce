/** One real PostgreSQL server and one sandbox, shared by the worlds of a test file; each world has users of its own. */
import { readFile } from 'node:fs/promises';
import pg from 'pg';
import type { Sandbox } from '../../local/sandbox.ts';
import { startSandbox } from '../../local/sandbox.ts';
import type { PostgresServer } from '../../local/servers/postgres/server.ts';
import { startPostgres } from '../../local/servers/postgres/server.ts';
import type { DatabaseEngine } from '../../shared/databases/engine.ts';
import { postgres } from '../../shared/databases/postgres/postgres.ts';
import type { DatabaseLogin, DatabaseSecret } from '../../shared/databases/secret.ts';
import type { SuperuserSource } from '../../shared/databases/strategies/superuser-source.ts';
import { AuthenticationError } from '../../shared/rotation/errors.ts';
import type { RotationStrategy } from '../../shared/rotation/strategy.ts';
import type { DatabaseWorld } from '../conformance/world.ts';
import { timelessContext } from './context.ts';
import { heardByHand, hearEngine, searched } from './log-search.ts';
import { sandboxClient, sandboxStore } from './sandbox-store.ts';

export interface PostgresHouse {
  readonly server: PostgresServer;
  readonly sandbox: Sandbox;
  /** A superuser as RDS gives it: CREATEROLE and CREATEDB, not a real one. */
  readonly superuser: DatabaseLogin;
  /** Runs a statement as the real superuser of the server. */
  sql(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** Makes a user, as the RDS superuser would. */
  createUser(name: string, password: string): Promise<DatabaseLogin>;
  /** `settings`: of the user and of the superuser, as `ALTER ROLE … SET` takes them. */
  world(
    strategy: (engine: DatabaseEngine, source: SuperuserSource) => RotationStrategy<DatabaseSecret>,
    settings?: Readonly<Record<string, string>>,
  ): Promise<DatabaseWorld>;
  close(): Promise<void>;
}

export async function postgresHouse(options: Parameters<typeof startPostgres>[0] = {}): Promise<PostgresHouse> {
  hearEngine(postgres);
  const server = await startPostgres({ ...options, settings: { log_statement: 'all', ...options.settings } });
  const sandbox = await startSandbox({ automaticRetries: 0 });
  const client = sandboxClient(sandbox);
  const admin = heardByHand(
    new pg.Client({
      host: server.host,
      port: server.port,
      user: server.superuser.username,
      password: server.superuser.password,
      database: 'postgres',
      ssl: { ca: server.ca },
    }),
  );
  await admin.connect();
  const where = { engine: 'postgres', host: server.host, port: server.port, dbname: 'postgres' };
  const superuser = { ...where, username: 'rds_like', password: 'rds like password' };
  await admin.query("CREATE ROLE rds_like LOGIN CREATEROLE CREATEDB PASSWORD 'rds like password'");
  let users = 0;
  let readUpTo = 0;

  const house: PostgresHouse = {
    server,
    sandbox,
    superuser,
    sql: async (text, values = []) => (await admin.query(text, [...values])).rows,
    async createUser(name, password) {
      const creator = heardByHand(
        new pg.Client({
          host: server.host,
          port: server.port,
          user: superuser.username,
          password: superuser.password,
          database: 'postgres',
          ssl: { ca: server.ca },
        }),
      );
      await creator.connect();
      await creator.query("SET password_encryption = 'scram-sha-256'");
      if (server.version >= 16) await creator.query('SET scram_iterations = 4096');
      await creator.query(`CREATE ROLE ${pg.escapeIdentifier(name)} LOGIN PASSWORD ${pg.escapeLiteral(password)}`);
      await creator.end();
      return { ...where, username: name, password };
    },
    async world(strategy, settings = {}) {
      const secret = await house.createUser(`app${++users}`, `first password ${users}`);
      for (const [name, value] of Object.entries(settings)) {
        for (const role of [secret.username, superuser.username])
          await house.sql(`ALTER ROLE ${role} SET ${name} = ${value}`);
      }
      const context: DatabaseWorld['context'] = (given) => timelessContext({ ca: server.ca, ...given });
      return {
        store: await sandboxStore(sandbox, client, JSON.stringify({ ...secret, masterarn: 'arn:superuser' })),
        strategy: (plan) => strategy(plan.engine(postgres), { superuserFor: async () => superuser }),
        context,
        async opens(value) {
          try {
            await (await postgres.connect(value, context({}))).close();
            return true;
          } catch (error) {
            if (error instanceof AuthenticationError) return false;
            throw error;
          }
        },
        setPassword: async (username, password) => {
          await house.sql(`ALTER ROLE ${pg.escapeIdentifier(username)} PASSWORD ${pg.escapeLiteral(password)}`);
        },
        async refusedLogins() {
          const log = await readFile(server.logFile, 'utf8');
          const fresh = log.slice(readUpTo);
          readUpTo = log.length;
          return fresh.split('password authentication failed').length - 1;
        },
        async openSessions() {
          const [row] = await house.sql(
            "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'rekey' AND usename LIKE $1",
            [`${secret.username}%`],
          );
          return Number(row?.n);
        },
      };
    },
    async close() {
      await admin.end();
      client.destroy();
      await sandbox.close();
      await searched(server, [server.logFile]);
    },
  };
  return house;
}
