import { type Document, MongoClient, MongoServerError } from 'mongodb';
import { startDocumentDb } from '../../servers/documentdb/server.ts';
import { demoDatabase } from '../database.ts';
import type { DemoEngine, Login } from '../engine.ts';

/** A user may change its own password by this role only: docs/engines/documentdb.md */
const OWN_PASSWORD = 'changesOwnPassword';

export const demoEngine: DemoEngine = {
  strategies: ['single-user', 'alternating-users', 'superuser-set'],

  start: async () =>
    demoDatabase(await startDocumentDb(), {
      title: () => 'a stand-in for DocumentDB, in memory',
      place: () => ({ engine: 'mongo' }),
      prepare: (admin, ca, { username, password }) => {
        const privileges = [{ resource: { db: 'admin', collection: '' }, actions: ['changeOwnPassword'] }];
        return run(admin, ca, [
          { createRole: OWN_PASSWORD, privileges, roles: [] },
          { createUser: username, pwd: password, roles: ['userAdminAnyDatabase'] },
        ]);
      },
      createUser: (superuser, ca, { username, password }, strategy) => {
        const roles = [{ role: 'readWrite', db: 'shop' }, ...(strategy === 'single-user' ? [OWN_PASSWORD] : [])];
        return run(superuser, ca, [{ createUser: username, pwd: password, roles }]);
      },
      logins: (server) => ({ openedByFunctions: server.openedLogins('rekey'), refused: server.refusedLogins() }),
    }),

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
