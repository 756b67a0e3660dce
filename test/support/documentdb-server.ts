/** A MongoDB-compatible server as the engine suite wants it: the one at MONGODB_URI, a mongod on the path, or the stand-in. */
import { readFileSync } from 'node:fs';
import type { Document } from 'mongodb';
import { MongoClient } from 'mongodb';
import { startDocumentDb } from '../../local/servers/documentdb/server.ts';
import type { EngineServer } from '../conformance/engine.case.ts';
import { testContext } from './context.ts';
import { mongodOnPath, startMongod } from './mongod.ts';

/** A user may change its own password by this role only. MongoDB gives it no built-in role for that. */
const OWN_PASSWORD = 'changesOwnPassword';

export interface TestDocumentDb extends EngineServer {
  /** Where it comes from, for the report at the end of the run. */
  readonly announcement: { readonly engine: 'documentdb'; readonly server: string; readonly version: string };
  readonly caFile: string;
  /** As the primary user, in the database admin unless another is named. */
  command(command: Document, db?: string): Promise<Document>;
  refusedLogins(): Promise<number>;
  stop(): Promise<void>;
}

interface Place {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly ca: string;
  readonly caFile: string;
  readonly server: string;
  /** Absent: the server tells. */
  readonly version?: string;
  refusedLogins(admin: MongoClient): Promise<number>;
  openSessions(admin: MongoClient): Promise<number>;
  stop(): Promise<void>;
}

export async function testDocumentDb(): Promise<TestDocumentDb> {
  const place = await findServer();
  const clientFor = async (username: string, password: string) =>
    new MongoClient(`mongodb://${place.host}:${place.port}/`, {
      auth: { username, password },
      authSource: 'admin',
      directConnection: true,
      retryWrites: false,
      tls: true,
      ca: place.ca,
    }).connect();
  const admin = await clientFor(place.username, place.password);
  const command = (text: Document, db = 'admin') => admin.db(db).command(text);
  const unlessThere = async (text: Document, code: number) => {
    await command(text).catch((error) => {
      if (error.code !== code) throw error;
    });
  };
  const resource = { db: 'admin', collection: '' };
  await unlessThere(
    { createRole: OWN_PASSWORD, privileges: [{ resource, actions: ['changeOwnPassword'] }], roles: [] },
    51002,
  );
  // The least that a superuser of alternating users needs, not root.
  const superuser = { username: 'user_admin', password: 'user admin password' };
  await unlessThere(
    { createUser: superuser.username, pwd: superuser.password, roles: ['userAdminAnyDatabase'] },
    51003,
  );
  await admin.db('shared').collection('granted').insertOne({ x: 1 });
  const login = (username: string, password: string) => ({
    engine: 'mongo',
    host: place.host,
    port: place.port,
    username,
    password,
  });
  const read = [{ role: 'read', db: 'shared' }];

  return {
    announcement: { engine: 'documentdb', server: place.server, version: place.version ?? (await versionOf(admin)) },
    caFile: place.caFile,
    login,
    superuser: login(superuser.username, superuser.password),
    context: testContext({ ca: place.ca }),
    command,
    async createUser(name, password) {
      // A server that outlives the run may still know the name.
      await unlessThere({ dropUser: name }, 11);
      await command({ createUser: name, pwd: password, roles: [OWN_PASSWORD] });
    },
    grant: async (name) => void (await command({ grantRolesToUser: name, roles: read })),
    revoke: async (name) => void (await command({ revokeRolesFromUser: name, roles: read })),
    async mayUse({ username, password }) {
      const client = await clientFor(username, password);
      try {
        return (await client.db('shared').collection('granted').findOne()) !== null;
      } catch (error) {
        if ((error as { code?: unknown }).code === 13) return false;
        throw error;
      } finally {
        await client.close();
      }
    },
    openSessions: () => place.openSessions(admin),
    hostileGround: 'commands are no names that a database could hold, and no script is sent: docs/security.md',
    refusedLogins: () => place.refusedLogins(admin),
    async stop() {
      await admin.close();
      await place.stop();
    },
  };
}

async function findServer(): Promise<Place> {
  const uri = process.env.MONGODB_URI;
  if (uri !== undefined) return atUri(new URL(uri));
  const mongod = mongodOnPath();
  if (mongod !== undefined) return { ...(await startMongod(mongod)), ...counted, server: 'mongod on the path' };
  const server = await startDocumentDb();
  return {
    ...server,
    ...server.superuser,
    server: 'a stand-in, in memory: not DocumentDB',
    version: 'none',
    refusedLogins: async () => server.refusedLogins(),
    openSessions: async () => server.openSessions('rekey'),
  };
}

/** `mongodb://user:password@host:port/`, with TLS whose authority is in the PEM file MONGODB_CA_FILE. Its user has the role root. */
function atUri(uri: URL): Place {
  const caFile = process.env.MONGODB_CA_FILE ?? '';
  return {
    host: uri.hostname,
    port: Number(uri.port || 27017),
    username: decodeURIComponent(uri.username),
    password: decodeURIComponent(uri.password),
    ca: caFile === '' ? '' : readFileSync(caFile, 'utf8'),
    caFile,
    ...counted,
    server: 'the server at MONGODB_URI',
    stop: async () => {},
  };
}

/** How a real server tells. */
const counted: Pick<Place, 'refusedLogins' | 'openSessions'> = {
  async refusedLogins(admin) {
    const { security } = await admin.db('admin').command({ serverStatus: 1 });
    const counts: { authenticate: { received: number; successful: number } }[] = Object.values(
      security?.authentication?.mechanisms ?? {},
    );
    return counts.reduce((sum, { authenticate }) => sum + authenticate.received - authenticate.successful, 0);
  },
  async openSessions(admin) {
    const stages = [{ $currentOp: { allUsers: true, idleConnections: true } }, { $match: { appName: 'rekey' } }];
    return (await admin.db('admin').aggregate(stages).toArray()).length;
  },
};

async function versionOf(admin: MongoClient): Promise<string> {
  return String((await admin.db('admin').command({ buildInfo: 1 })).version);
}
