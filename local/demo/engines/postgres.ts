import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { verifierText } from '../../../shared/engines/postgres/verifier.ts';
import { startPostgres } from '../../servers/postgres/server.ts';
import type { DemoDatabase, DemoEngine, Login } from '../engine.ts';
import { connection, login, loginsIn } from '../postgres-client.ts';

export const demoEngine: DemoEngine = {
  bundle: 'dist/postgres/index.mjs',
  functions: {
    'single-user': 'singleUser',
    'alternating-users': 'alternatingUsers',
    'superuser-set': 'superuserSet',
  },
  login,

  async start() {
    // Every statement is logged, so that a password that is sent in clear would be found there.
    const server = await startPostgres({ settings: { log_connections: 'on', log_statement: 'all' } });
    try {
      const place = { engine: 'postgres', host: server.host, port: server.port, dbname: 'postgres' };
      const superuser = { ...place, username: 'rotator', password: randomBytes(24).toString('base64url') };
      await createRole({ ...place, ...server.superuser }, server.ca, superuser, 'CREATEROLE CREATEDB');
      return database(server, superuser);
    } catch (error) {
      await server.stop();
      throw error;
    }
  },
};

function database(server: Awaited<ReturnType<typeof startPostgres>>, superuser: Login): DemoDatabase {
  const { host, port, ca, caFile, logFile, version } = server;
  const log = () => readFileSync(logFile, 'utf8');
  return {
    title: `PostgreSQL ${version}`,
    host,
    port,
    ca,
    environment: { DATABASE_CA_BUNDLE: caFile },
    superuser,
    async createUser(username, password) {
      const user = { ...superuser, username, password };
      await createRole(superuser, ca, user);
      return user;
    },
    logins: () => loginsIn(log()),
    log,
    stop: () => server.stop(),
  };
}

async function createRole(as: Login, ca: string, { username, password }: Login, attributes = ''): Promise<void> {
  const verifier = await verifierText(
    { kind: 'scram-sha-256', iterations: 4096, salt: randomBytes(16) },
    username,
    password,
  );
  const client = connection(as, ca);
  await client.connect();
  try {
    await client.query(
      `CREATE ROLE ${pg.escapeIdentifier(username)} LOGIN ${attributes} PASSWORD ${pg.escapeLiteral(verifier)}`,
    );
  } finally {
    await client.end();
  }
}
