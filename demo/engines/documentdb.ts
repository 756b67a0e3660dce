import { type Document, MongoClient, MongoServerError } from 'mongodb';
import { serverAtUri } from '../../local/servers/documentdb/at-uri.ts';
import { startDocumentDb } from '../../local/servers/documentdb/server.ts';
import { demoDatabase, loginBy } from '../database.ts';
import { guestOn } from '../documentdb-guest.ts';
import type { DemoEngine, Login } from '../engine.ts';
import type { StrategyName } from '../strategies.ts';

/** A user may change its own password by this role only: docs/engines/documentdb.md */
const OWN_PASSWORD = 'changesOwnPassword';
const ownPassword = {
  createRole: OWN_PASSWORD,
  privileges: [{ resource: { db: 'admin', collection: '' }, actions: ['changeOwnPassword'] }],
  roles: [],
};
const rolesFor = (strategy: StrategyName) => [
  { role: 'readWrite', db: 'shop' },
  ...(strategy === 'single-user' ? [OWN_PASSWORD] : []),
];

export const demoEngine: DemoEngine = {
  strategies: ['single-user', 'alternating-users', 'superuser-set'],

  async start() {
    const theirs = serverAtUri();
    if (theirs !== undefined) {
      const { server, kind } = guestOn(theirs, { role: ownPassword, rolesFor }, run);
      return demoDatabase(server, kind);
    }
    return demoDatabase(await startDocumentDb(), {
      title: () => 'a stand-in for DocumentDB, in memory',
      place: () => ({ engine: 'mongo' }),
      async prepare(admin, ca, { username, password }) {
        await run(admin, ca, [ownPassword, { createUser: username, pwd: password, roles: ['userAdminAnyDatabase'] }]);
      },
      async createUser(superuser, ca, { username, password }, strategy) {
        await run(superuser, ca, [{ createUser: username, pwd: password, roles: rolesFor(strategy) }]);
      },
      counts: (server) => ({
        openedByFunctions: server.openedLogins('rekey'),
        refused: server.refusedLogins(),
        statements: undefined,
      }),
    });
  },

  // AuthenticationFailed: https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml
  login: loginBy(run, (error) => error instanceof MongoServerError && error.code === 18),
};

async function run(as: Login, ca: string, commands: readonly Document[]): Promise<Document> {
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
    let answer: Document = {};
    for (const command of commands) answer = await client.db('admin').command(command);
    return answer;
  } finally {
    await client.close();
  }
}
