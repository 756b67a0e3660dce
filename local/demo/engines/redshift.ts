import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { digestLiteral } from '../../../shared/engines/redshift/set-password.ts';
import { type RedshiftStandIn, startRedshift } from '../../servers/redshift/server.ts';
import type { DemoDatabase, DemoEngine, Login } from '../engine.ts';
import { connection, login, loginsIn } from '../postgres-client.ts';

export const demoEngine: DemoEngine = {
  bundle: 'dist/redshift/index.mjs',
  functions: {
    'single-user': 'singleUser',
    'alternating-users': 'alternatingUsers',
    'superuser-set': 'superuserSet',
  },
  login,

  async start() {
    const server = await startRedshift();
    try {
      const { host, port, dbname } = server;
      const place = { engine: 'redshift', host, port, dbname };
      const superuser = { ...place, username: 'rotator', password: randomBytes(24).toString('base64url') };
      // Nobody less than a superuser sees and gives the rights of others in Redshift.
      await createUser({ ...place, ...server.superuser }, server.ca, superuser, 'SUPERUSER');
      return database(server, superuser);
    } catch (error) {
      await server.stop();
      throw error;
    }
  },
};

function database(server: RedshiftStandIn, superuser: Login): DemoDatabase {
  const { host, port, ca, caFile, logFile, version } = server;
  const log = () => readFileSync(logFile, 'utf8');
  return {
    title: `a stand-in for Redshift (PostgreSQL ${version} with its system views)`,
    host,
    port,
    ca,
    environment: { DATABASE_CA_BUNDLE: caFile },
    superuser,
    async createUser(username, password) {
      const user = { ...superuser, username, password };
      await createUser(superuser, ca, user);
      return user;
    },
    logins: () => loginsIn(log()),
    log,
    stop: () => server.stop(),
  };
}

async function createUser(as: Login, ca: string, { username, password }: Login, attributes = ''): Promise<void> {
  const client = connection(as, ca);
  await client.connect();
  try {
    const digest = digestLiteral(username, password);
    await client.query(`CREATE USER ${pg.escapeIdentifier(username)} ${attributes} PASSWORD ${digest}`);
  } finally {
    await client.end();
  }
}
