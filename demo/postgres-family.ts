/** What PostgreSQL and Redshift have in common on this stage. */
import { readFileSync } from 'node:fs';
import pg from 'pg';
import type { PostgresServer } from '../local/servers/postgres/server.ts';
import { type DatabaseKind, demoDatabase, loginBy } from './database.ts';
import type { DemoEngine, Login, ServerCounts } from './engine.ts';

export interface PostgresMember {
  readonly name: string;
  readonly dbname: string;
  title(version: number): string;
  /** Of the superuser of the pair. */
  readonly superuserIs: string;
  /** `CREATE … PASSWORD …`, such that the log does not show the password. `escaped` is the name. */
  creation(user: Login, escaped: string, attributes: string): string | Promise<string>;
}

export function postgresMember(member: PostgresMember, start: () => Promise<PostgresServer>): DemoEngine {
  const { name, dbname, superuserIs } = member;
  const create = async (as: Login, ca: string, user: Login, attributes = '') => {
    await run(as, ca, [await member.creation(user, pg.escapeIdentifier(user.username), attributes)]);
  };
  const log = ({ logFile }: PostgresServer) => readFileSync(logFile, 'utf8');
  const kind: DatabaseKind<PostgresServer> = {
    title: ({ version }) => member.title(version),
    place: () => ({ engine: name, dbname }),
    prepare: (admin, ca, superuser) => create(admin, ca, superuser, superuserIs),
    createUser: (superuser, ca, user) => create(superuser, ca, user),
    counts: (server) => countsIn(log(server)),
    log,
  };
  return {
    strategies: ['single-user', 'alternating-users', 'superuser-set'],
    start: async () => demoDatabase(await start(), kind),
    login,
  };
}

// https://www.postgresql.org/docs/18/errcodes-appendix.html: invalid_password
const login = loginBy(run, (error) => (error as { code?: string }).code === '28P01');

async function run({ host, port, username, password, dbname }: Login, ca: string, statements: readonly string[]) {
  const client = new pg.Client({
    host,
    port,
    user: username,
    password,
    database: String(dbname),
    application_name: 'client',
    ssl: { ca },
  });
  client.on('error', () => {});
  try {
    await client.connect();
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end().catch(() => {});
  }
}

/** Needs log_connections and log_statement. Functions of others than us give no name. */
export function countsIn(log: string): ServerCounts {
  const count = (line: RegExp) => log.match(line)?.length ?? 0;
  return {
    openedByFunctions: count(/connection authorized: (?!.* application_name=client ).*$/gm),
    refused: count(/FATAL: {2}password authentication failed/g),
    statements: count(/ LOG: {2}(statement|execute [^:]+): /g),
  };
}
