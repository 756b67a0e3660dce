/**
 * A live Redshift at REDSHIFT_URL (`redshift://user:password@host:5439/dev`), or else a stand-in: PostgreSQL with Redshift's
 * system views. The stand-in shows that the statements hold together; it does not show that Redshift takes them.
 */
import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { startRedshift } from '../../local/servers/redshift/server.ts';
import { redshift } from '../../shared/databases/redshift/redshift.ts';
import type { EngineServer } from '../conformance/engine.case.ts';
import { testContext } from './context.ts';
import { hostileGround, hostileSettings } from './hostile-ground.ts';
import { heardByHand, hearEngine, searched } from './log-search.ts';

export interface TestRedshift extends EngineServer {
  readonly isStandIn: boolean;
  readonly version: string;
  readonly caFile: string;
  /** As the superuser. */
  sql(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  sqlAs(login: { username: string; password: string }, text: string): Promise<Record<string, unknown>[]>;
  /** What the server logged; empty for a live one, whose log is elsewhere. */
  log(): Promise<string>;
  stop(): Promise<void>;
}

interface Place {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly dbname: string;
  /** Of the stand-in. */
  readonly ca?: string;
}

export async function testRedshift(url = process.env.REDSHIFT_URL): Promise<TestRedshift> {
  if (url !== undefined && url !== '') {
    const { hostname, port, username, password, pathname } = new URL(url);
    const login = { username: decodeURIComponent(username), password: decodeURIComponent(password) };
    const place = { host: hostname, port: Number(port || 5439), dbname: pathname.slice(1) || 'dev', ...login };
    return server(place, { isStandIn: false, caFile: '', log: async () => '', stop: async () => {} });
  }
  hearEngine(redshift);
  const running = await startRedshift();
  const { host, port, ca, caFile, dbname, superuser } = running;
  const dev = { host, port, ca, dbname, ...superuser };
  const log = () => readFile(running.logFile, 'utf8');
  return server(dev, { isStandIn: true, caFile, log, stop: () => searched(running, [running.logFile]) });
}

async function connected({ username: user, dbname: database, ca, ...place }: Place): Promise<pg.Client> {
  const client = heardByHand(new pg.Client({ ...place, user, database, ssl: ca === undefined ? true : { ca } }));
  await client.connect();
  return client;
}

async function server(
  place: Place,
  kind: Pick<TestRedshift, 'isStandIn' | 'caFile' | 'log' | 'stop'>,
): Promise<TestRedshift> {
  const admin = await connected(place);
  const quoted = pg.escapeIdentifier;
  await admin.query('CREATE SCHEMA shared');
  await admin.query('GRANT USAGE ON SCHEMA shared TO PUBLIC');
  await admin.query('CREATE TABLE shared.granted (x int)');
  const [version] = (await admin.query('SELECT version() AS text')).rows;
  const login = (username: string, password: string) => ({
    engine: 'redshift',
    host: place.host,
    port: place.port,
    dbname: place.dbname,
    username,
    password,
  });
  const sessions = kind.isStandIn
    ? "SELECT count(*) AS n FROM pg_stat_activity WHERE application_name = 'rekey'"
    : "SELECT count(*) AS n FROM stv_sessions WHERE user_name LIKE 'engine_user%'";

  const real: TestRedshift = {
    ...kind,
    version: String(version?.text).match(/(?:Redshift|PostgreSQL) ([\d.]+)/)?.[1] ?? '',
    login,
    superuser: login(place.username, place.password),
    context: testContext(place.ca === undefined ? {} : { ca: place.ca }),
    sql: async (text, values = []) => (await admin.query(text, [...values])).rows,
    async sqlAs({ username, password }, text) {
      const session = await connected({ ...place, username, password });
      try {
        return (await session.query(text)).rows;
      } finally {
        await session.end();
      }
    },
    createUser: async (name, password) =>
      void (await admin.query(`CREATE USER ${quoted(name)} PASSWORD ${pg.escapeLiteral(password)}`)),
    grant: async (name) => void (await admin.query(`GRANT SELECT ON shared.granted TO ${quoted(name)}`)),
    revoke: async (name) => void (await admin.query(`REVOKE SELECT ON shared.granted FROM ${quoted(name)}`)),
    mayUse: (user) =>
      real.sqlAs(user, 'SELECT * FROM shared.granted').then(
        () => true,
        (error) => {
          if (error.code === '42501') return false;
          throw error;
        },
      ),
    openSessions: async () => Number((await admin.query(sessions)).rows[0]?.n),
    hostileGround: kind.isStandIn
      ? async () => {
          const own = await startRedshift(hostileSettings);
          const { host, port, ca, logFile, dbname, superuser } = own;
          const context = testContext({ ca });
          const ground = await hostileGround({
            engine: 'redshift',
            host,
            port,
            ca,
            logFile,
            dbname,
            context,
            real: superuser,
          });
          const stop = async () => {
            await ground.stop();
            await own.stop();
          };
          return { ...ground, stop };
        }
      : 'a live cluster: its log is elsewhere',
    async stop() {
      await admin.query('DROP SCHEMA shared CASCADE');
      await admin.end();
      await kind.stop();
    },
  };
  return real;
}
