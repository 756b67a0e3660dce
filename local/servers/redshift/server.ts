import type { ClientBase } from 'pg';
import { asSuperuser } from '../postgres/client.ts';
import { type PostgresOptions, type PostgresServer, startPostgres } from '../postgres/server.ts';
import { redshiftCatalog, redshiftViews } from './catalog.ts';
import { redshiftRefusals } from './refusals.ts';

/** PostgreSQL, in a database that has Redshift's system views and some of its refusals. */
export interface RedshiftStandIn extends PostgresServer {
  readonly dbname: 'dev';
}

/**
 * A stand-in for Redshift, because there is none to install. It shows that the statements hold together;
 * it does not show that Redshift takes them.
 */
export async function startRedshift(settings: PostgresOptions['settings'] = {}): Promise<RedshiftStandIn> {
  // By the method md5 PostgreSQL serves md5 digests, which is what Redshift stores.
  const server = await startPostgres({
    hba: 'hostssl all all 127.0.0.1/32 md5\n',
    settings: {
      log_connections: 'on',
      log_statement: 'all',
      allow_system_table_mods: 'on',
      md5_password_warnings: 'off',
      ...settings,
    },
  });
  try {
    await run(server, 'postgres', ['CREATE DATABASE dev']);
    const granted = redshiftViews.map((view) => `GRANT SELECT ON pg_catalog.${view} TO PUBLIC`);
    await run(server, 'dev', [...redshiftCatalog, ...granted, ...redshiftRefusals]);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { ...server, dbname: 'dev' };
}

function run(server: PostgresServer, database: string, statements: readonly string[]): Promise<void> {
  const all = async (client: ClientBase) => {
    for (const statement of statements) await client.query(statement);
  };
  return asSuperuser(server, all, database);
}
