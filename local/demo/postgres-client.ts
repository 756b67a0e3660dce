/** An application that uses PostgreSQL's driver, and what such a server writes of logins into its log. */
import pg from 'pg';
import type { Login, LoginCount, LoginOutcome } from './engine.ts';

export async function login(value: Login, ca: string): Promise<LoginOutcome> {
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

export function connection({ host, port, username, password, dbname }: Login, ca: string): pg.Client {
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
export function loginsIn(log: string): LoginCount {
  return {
    openedByFunctions: log.match(/connection authorized: .* application_name=rekey /g)?.length ?? 0,
    refused: log.match(/FATAL: {2}password authentication failed/g)?.length ?? 0,
  };
}
