/** One MongoDB-compatible server and one sandbox, shared by the worlds of a test file; each world has users of its own. */
import type { Sandbox } from '../../local/sandbox.ts';
import { startSandbox } from '../../local/sandbox.ts';
import { documentdb } from '../../shared/databases/documentdb/documentdb.ts';
import type { DatabaseEngine } from '../../shared/databases/engine.ts';
import type { DatabaseSecret } from '../../shared/databases/secret.ts';
import type { SuperuserSource } from '../../shared/databases/strategies/superuser-source.ts';
import { AuthenticationError } from '../../shared/rotation/errors.ts';
import type { RotationStrategy } from '../../shared/rotation/strategy.ts';
import type { DatabaseWorld } from '../conformance/world.ts';
import { timelessContext } from './context.ts';
import type { TestDocumentDb } from './documentdb-server.ts';
import { testDocumentDb } from './documentdb-server.ts';
import { sandboxClient, sandboxStore } from './sandbox-store.ts';

export interface DocumentDbHouse {
  readonly server: TestDocumentDb;
  readonly sandbox: Sandbox;
  world(
    strategy: (engine: DatabaseEngine, source: SuperuserSource) => RotationStrategy<DatabaseSecret>,
  ): Promise<DatabaseWorld>;
  close(): Promise<void>;
}

export async function documentDbHouse(): Promise<DocumentDbHouse> {
  const server = await testDocumentDb();
  const sandbox = await startSandbox({ automaticRetries: 0 });
  const client = sandboxClient(sandbox);
  let users = 0;
  let refused = 0;

  return {
    server,
    sandbox,
    async world(strategy) {
      const username = `app${++users}`;
      await server.createUser(username, 'first-password');
      await server.command({ dropUser: `${username}_clone` }).catch(() => {});
      const secret = { ...server.login(username, 'first-password'), masterarn: 'arn:superuser' };
      return {
        store: await sandboxStore(sandbox, client, JSON.stringify(secret)),
        strategy: (plan) => strategy(plan.engine(documentdb), { superuserFor: async () => server.superuser }),
        context: (given) => timelessContext({ trust: server.context.trust, ...given }),
        async opens(value) {
          try {
            await (await documentdb.connect(value, server.context)).close();
            return true;
          } catch (error) {
            if (error instanceof AuthenticationError) return false;
            throw error;
          }
        },
        setPassword: async (name, password) => void (await server.command({ updateUser: name, pwd: password })),
        async refusedLogins() {
          const before = refused;
          refused = await server.refusedLogins();
          return refused - before;
        },
        openSessions: () => server.openSessions(),
      };
    },
    async close() {
      client.destroy();
      await sandbox.close();
      await server.stop();
    },
  };
}
