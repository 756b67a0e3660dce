/** A MongoDB-compatible server as the engine suite wants it. */
import type { Document } from 'mongodb';
import { MongoClient } from 'mongodb';
import { it } from 'vitest';
import { documentdb } from '../../shared/databases/documentdb/documentdb.ts';
import type { EngineServer } from '../conformance/engine.case.ts';
import { testContext } from './context.ts';
import { type DocumentDbKind, firstKind } from './documentdb-places.ts';
import { hasOneUserDatabase, ownPasswordRoles, unless } from './documentdb-roles.ts';
import { byHand, hearEngine, searched } from './log-search.ts';
import { announce, unavailable } from './servers.ts';

export interface TestDocumentDb extends EngineServer {
  /** Where it comes from, for the report at the end of the run. */
  readonly announcement: { readonly engine: string; readonly server: string; readonly version: string };
  readonly caFile: string;
  /** As the primary user, in the database admin unless another is named. */
  command(command: Document, db?: string): Promise<Document>;
  /** What lets a user set its own password; empty where no role is needed or none can be made. */
  readonly ownPasswordRoles: readonly string[];
  /** Is a user the same one, whichever database is named? */
  readonly oneUserDatabase: boolean;
  /** What this server does not tell; tests that need it are skipped, for a count of nothing would always be 0. */
  readonly untold: { readonly refusedLogins?: string; readonly openSessions?: string };
  refusedLogins(): Promise<number>;
  stop(): Promise<void>;
}

export async function testDocumentDb(kind: DocumentDbKind = firstKind): Promise<TestDocumentDb> {
  hearEngine(documentdb);
  const place = await kind.start();
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
  const command = (text: Document, db = 'admin') => {
    byHand(JSON.stringify(text));
    return admin.db(db).command(text);
  };
  const roles = await ownPasswordRoles(command);
  // The least that a superuser of alternating users needs, not root. Where there are no roles, everybody may do everything.
  const superuser = { username: 'user_admin', password: 'user admin password' };
  const make = { createUser: superuser.username, pwd: superuser.password };
  // It stays: other files of this run, and the run before, work with the same one.
  await unless([51003, 11000], command({ ...make, roles: ['userAdminAnyDatabase'] })).catch(() =>
    command({ ...make, roles: [] }),
  );
  await admin.db('shared').collection('granted').insertOne({ x: 1 });
  const counts = place.counted ?? countsOf(admin);
  const login = (username: string, password: string) => ({
    engine: 'mongo',
    host: place.host,
    port: place.port,
    username,
    password,
  });
  const read = [{ role: 'read', db: 'shared' }];
  const drop = (name: string) => unless([11], command({ dropUser: name }));

  return {
    announcement: {
      engine: kind.engine,
      server: place.server,
      version: place.version ?? String((await command({ buildInfo: 1 })).version),
    },
    caFile: place.caFile,
    login,
    superuser: login(superuser.username, superuser.password),
    context: testContext({ ca: place.ca }),
    command,
    ownPasswordRoles: roles,
    oneUserDatabase: await hasOneUserDatabase(command),
    untold: {
      ...(await untold('refusedLogins', () => counts.refusedLogins())),
      ...(await untold('openSessions', () => counts.openSessions())),
    },
    async createUser(name, password) {
      // A server that outlives the run may still know the name, and the clone that the run before made of it.
      await drop(name);
      if (!name.endsWith('_clone')) await drop(`${name}_clone`);
      await command({ createUser: name, pwd: password, roles });
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
    openSessions: async () => counts.openSessions(),
    hostileGround: 'commands are no names that a database could hold, and no script is sent: docs/security.md',
    refusedLogins: async () => counts.refusedLogins(),
    async stop() {
      await admin.close();
      await (place.logFile === undefined ? place.stop() : searched(place, [place.logFile]));
    },
  };
}

/** On this kind of server; undefined where it is not here, which is told as a skipped test. */
export async function documentDbOrReason(kind: DocumentDbKind): Promise<TestDocumentDb | undefined> {
  if (kind.missing !== undefined) {
    const reason = unavailable({ engine: kind.engine, reason: kind.missing });
    it.skip(`${kind.title}: ${reason}`, () => {});
    return undefined;
  }
  const server = await testDocumentDb(kind);
  announce(server.announcement);
  return server;
}

type Counts = Record<'refusedLogins' | 'openSessions', () => number | Promise<number>>;

async function untold(what: keyof Counts, count: () => number | Promise<number>): Promise<TestDocumentDb['untold']> {
  try {
    await count();
    return {};
  } catch (error) {
    return { [what]: `this server does not tell: ${(error as Error).message}` };
  }
}

/** How MongoDB tells. */
function countsOf(admin: MongoClient): Counts {
  return {
    async refusedLogins() {
      const { security } = await admin.db('admin').command({ serverStatus: 1 });
      const mechanisms: { authenticate: { received: number; successful: number } }[] = Object.values(
        security?.authentication?.mechanisms ?? {},
      );
      if (mechanisms.length === 0) throw new Error('serverStatus has no security.authentication.mechanisms');
      return mechanisms.reduce((sum, { authenticate }) => sum + authenticate.received - authenticate.successful, 0);
    },
    async openSessions() {
      const stages = [{ $currentOp: { allUsers: true, idleConnections: true } }, { $match: { appName: 'rekey' } }];
      return (await admin.db('admin').aggregate(stages).toArray()).length;
    },
  };
}
