import { randomBytes } from 'node:crypto';
import { type Document, MongoClient, MongoServerError } from 'mongodb';
import { type DocumentDbStandIn, startDocumentDb } from '../../servers/documentdb/server.ts';
import type { DemoDatabase, DemoEngine, Login } from '../engine.ts';

/** A user may change its own password by this role only: docs/engines/documentdb.md */
const OWN_PASSWORD = 'changesOwnPassword';

export const demoEngine: DemoEngine = {
  bundle: 'dist/documentdb/index.mjs',
  functions: {
    'single-user': 'singleUser',
    'alternating-users': 'alternatingUsers',
    'superuser-set': 'superuserSet',
  },

  async start() {
    const server = await startDocumentDb();
    try {
      const place = { engine: 'mongo', host: server.host, port: server.port };
      const superuser = { ...place, username: 'rotator', password: randomBytes(24).toString('base64url') };
      const privileges = [{ resource: { db: 'admin', collection: '' }, actions: ['changeOwnPassword'] }];
      await run({ ...place, ...server.superuser }, server.ca, [
        { createRole: OWN_PASSWORD, privileges, roles: [] },
        { createUser: superuser.username, pwd: superuser.password, roles: ['userAdminAnyDatabase'] },
      ]);
      return database(server, superuser);
    } catch (error) {
      await server.stop();
      throw error;
    }
  },

  async login(value, ca) {
    try {
      await run(value, ca, []);
      return 'opened';
    } catch (error) {
      // AuthenticationFailed: https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml
      if (error instanceof MongoServerError && error.code === 18) return 'refused';
      throw error;
    }
  },
};

function database(server: DocumentDbStandIn, superuser: Login): DemoDatabase {
  const { host, port, ca, caFile } = server;
  return {
    title: 'a stand-in for DocumentDB, in memory',
    host,
    port,
    ca,
    environment: { DATABASE_CA_BUNDLE: caFile },
    superuser,
    async createUser(username, password, strategy) {
      const roles = [{ role: 'readWrite', db: 'shop' }, ...(strategy === 'single-user' ? [OWN_PASSWORD] : [])];
      await run(superuser, ca, [{ createUser: username, pwd: password, roles }]);
      return { ...superuser, username, password };
    },
    logins: () => ({ openedByFunctions: server.openedLogins('rekey'), refused: server.refusedLogins() }),
    log: () => '',
    stop: () => server.stop(),
  };
}

/** Logs in, runs these, and leaves. */
async function run(as: Login, ca: string, commands: readonly Document[]): Promise<void> {
  const client = new MongoClient(`mongodb://${as.host}:${as.port}/`, {
    auth: { username: as.username, password: as.password },
    authSource: 'admin',
    appName: 'client',
    directConnection: true,
    retryWrites: false,
    tls: true,
    ca,
  });
  try {
    await client.connect();
    for (const command of commands) await client.db('admin').command(command);
  } finally {
    await client.close();
  }
}
