/** What the cases of DocumentDB share. */
import type { Document } from 'mongodb';
import { MongoClient } from 'mongodb';
import { afterEach } from 'vitest';
import type { DocumentDbOptions, DocumentDbStandIn } from '../../../../local/servers/documentdb/server.ts';
import { startDocumentDb } from '../../../../local/servers/documentdb/server.ts';
import { documentdb } from '../../../../shared/databases/documentdb/documentdb.ts';
import { testContext } from '../../../support/context.ts';
import type { TestDocumentDb } from '../../../support/documentdb-server.ts';
import { stored } from '../../../support/pair-proof.ts';

export function documentDbKit(server: TestDocumentDb, prefix: string) {
  const usersOf = async (name: string, db?: string) => (await server.command({ usersInfo: name }, db)).users;
  let serial = 0;
  const fresh = async () => {
    const name = `${prefix}${++serial}`;
    await server.createUser(name, 'first-password');
    return server.login(name, 'first-password');
  };

  const pair = async () => {
    const { username } = await fresh();
    const clone = documentdb.counterpart(username);
    return {
      username,
      clone,
      /** `others`: passwords that the secret has for `to`. */
      async align(from: string, to: string, password = `password-of-${to}`, others: readonly string[] = []) {
        const root = await documentdb.connect(server.superuser, server.context);
        try {
          await root.cloneUser(from, to, password, stored('unused', ...others));
        } finally {
          await root.close();
        }
      },
      async rolesOf(name: string): Promise<string[]> {
        const [user] = await usersOf(name);
        return user.roles.map(({ role, db }: { role: string; db: string }) => `${role} on ${db}`).sort();
      },
    };
  };
  const opens = (username: string, password: string) =>
    documentdb.connect(server.login(username, password), server.context).then(
      (session) => session.close().then(() => true),
      (error) => {
        if (error.name === 'AuthenticationError') return false;
        throw error;
      },
    );
  const privileges = async (username: string, password: string) => {
    const session = await documentdb.connect(server.login(username, password), server.context);
    const lines = await session.privileges();
    await session.close();
    return lines;
  };
  return { fresh, pair, usersOf, opens, privileges };
}

/** Runs one command as its primary user. */
export function adminOf({ host, port, ca, superuser: auth }: DocumentDbStandIn) {
  return async (command: Document): Promise<Document> => {
    const options = { auth, authSource: 'admin', directConnection: true, tls: true, ca };
    const client = new MongoClient(`mongodb://${host}:${port}/`, options);
    try {
      return await client.db('admin').command(command);
    } finally {
      await client.close();
    }
  };
}

/** Starts stand-ins for single tests, each of which ends them. */
export function standIns() {
  const started: DocumentDbStandIn[] = [];
  afterEach(async () => {
    for (const each of started.splice(0)) await each.stop();
  });
  return async (options: DocumentDbOptions) => {
    const one = await startDocumentDb(options);
    started.push(one);
    const login = { engine: 'docdb', host: one.host, port: one.port, ...one.superuser };
    return { one, login, context: testContext({ ca: one.ca }) };
  };
}
