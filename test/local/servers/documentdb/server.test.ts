/** The stand-in for DocumentDB, seen by the official driver. */
import { type Document, MongoClient, type MongoClientOptions } from 'mongodb';
import { afterEach, describe, expect, it } from 'vitest';
import type { DocumentDbOptions, DocumentDbStandIn } from '../../../../local/servers/documentdb/server.ts';
import { startDocumentDb } from '../../../../local/servers/documentdb/server.ts';

const started: DocumentDbStandIn[] = [];
afterEach(async () => {
  for (const each of started.splice(0)) await each.stop();
});

async function standIn(options?: DocumentDbOptions): Promise<DocumentDbStandIn> {
  const server = await startDocumentDb(options);
  started.push(server);
  return server;
}

async function run(
  { host, port, ca, superuser }: DocumentDbStandIn,
  command: Document,
  options: MongoClientOptions = {},
): Promise<Document> {
  const login = { auth: superuser, authSource: 'admin', directConnection: true, tls: true, ca };
  const client = new MongoClient(`mongodb://${host}:${port}/`, { ...login, ...options });
  try {
    return await client.db('admin').command(command);
  } finally {
    await client.close();
  }
}

describe('the stand-in for DocumentDB', () => {
  it('counts the logins that opened, by the name of the client, and those that it refused', async () => {
    const server = await standIn();

    await run(server, { ping: 1 }, { appName: 'rekey' });
    await run(server, { ping: 1 }, { appName: 'rekey' });
    await run(server, { ping: 1 }, { appName: 'client' });
    const auth = { username: server.superuser.username, password: 'wrong' };
    const refused = await run(server, { ping: 1 }, { appName: 'rekey', auth }).catch((error) => error);

    expect(refused.code).toBe(18);
    expect([server.openedLogins('rekey'), server.openedLogins('client'), server.openedLogins()]).toEqual([2, 1, 3]);
    expect(server.refusedLogins()).toBe(1);
  });

  it('refuses authenticationRestrictions as DocumentDB does, unless it plays MongoDB', async () => {
    const [documentDb, mongoDb] = [await standIn(), await standIn({ restrictions: true })];
    const restrictions = [{ clientSource: ['127.0.0.1'] }];
    const create = { createUser: 'app', pwd: 'a-password', roles: [], authenticationRestrictions: restrictions };
    const ask = { usersInfo: 'app', showAuthenticationRestrictions: true };

    const refused = await Promise.all([create, ask].map((command) => run(documentDb, command).catch((e) => e.code)));
    await run(mongoDb, create);
    const { users } = await run(mongoDb, ask);

    expect(refused).toEqual([2, 2]);
    expect(users).toMatchObject([{ user: 'app', authenticationRestrictions: restrictions }]);
  });

  it("refuses what Amazon's pages do not promise, when it plays that: roles, showPrivileges, a second home of users", async () => {
    const server = await standIn({ amazon: true });
    const role = { createRole: 'own', privileges: [], roles: [] };
    await run(server, { createUser: 'app', pwd: 'a-password', roles: [] });
    const auth = { username: 'app', password: 'a-password' };

    const refused = await Promise.all([
      run(server, role).catch((error) => error.code),
      run(server, { connectionStatus: 1, showPrivileges: true }).catch((error) => error.code),
      run(server, { usersInfo: 'app' }, { auth }).catch((error) => error.code),
    ]);
    await run(server, { updateUser: 'app', pwd: 'another-password' }, { auth });
    const elsewhere = { auth: { ...auth, password: 'another-password' }, authSource: 'elsewhere' };

    expect(refused).toEqual([303, 2, 13]);
    expect(await run(server, { ping: 1 }, elsewhere)).toMatchObject({ ok: 1 });
  });
});
