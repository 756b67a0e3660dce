/** What PostgreSQL and Redshift have in common on this stage. */
import { readFileSync } from 'node:fs';
import pg from 'pg';
import type { PostgresServer } from '../servers/postgres/server.ts';
import { type DatabaseKind, demoDatabase } from './database.ts';
import type { DemoEngine, Login, LoginCount, LoginOutcome } from './engine.ts';

export interface PostgresMember {
  readonly name: 'postgres' | 'redshift';
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
    const statement = await member.creation(user, pg.escapeIdentifier(user.username), attributes);
    const client = connection(as, ca);
    await client.connect();
    await client.query(statement).finally(() => client.end());
  };
  const log = ({ logFile }: PostgresServer) => readFileSync(logFile, 'utf8');
  const kind: DatabaseKind<PostgresServer> = {
    title: ({ version }) => member.title(version),
    place: () => ({ engine: name, dbname }),
    prepare: (admin, ca, superuser) => create(admin, ca, superuser, superuserIs),
    createUser: (superuser, ca, user) => create(superuser, ca, user),
    logins: (server) => loginsIn(log(server)),
    log,
  };
  return {
    strategies: ['single-user', 'alternating-users', 'superuser-set'],
    start: async () => demoDatabase(await start(), kind),
    login,
  };
}

async function login(value: Login, ca: string): Promise<LoginOutcome> {
  const client = connection(value, ca);
  try {
    await client.connect();
    return 'opened';
  } catch (error) {
    // https://www.postgresql.org/docs/18/errcodes-appendix.html: invalid_password
    if ((error as { code?: string }).code === '28P01') return 'refused';
    throw error;
  } finally {
    await client.end().catch(() => {});
  }
}

function connection({ host, port, username, password, dbname }: Login, ca: string): pg.Client {
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
  return client;
}

/** Needs log_connections. */
function loginsIn(log: string): LoginCount {
  return {
    openedByFunctions: log.match(/connection authorized: .* application_name=rekey /g)?.length ?? 0,
    refused: log.match(/FATAL: {2}password authentication failed/g)?.length ?? 0,
  };
}
