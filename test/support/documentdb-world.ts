/** One MongoDB-compatible server and one sandbox, shared by the worlds of a test file; each world has users of its own. */
import { afterAll, describe } from 'vitest';
import type { Sandbox } from '../../local/sandbox.ts';
import { startSandbox } from '../../local/sandbox.ts';
import { documentdb } from '../../shared/databases/documentdb/documentdb.ts';
import type { DatabaseEngine } from '../../shared/databases/engine.ts';
import type { DatabaseSecret } from '../../shared/databases/secret.ts';
import type { SuperuserSource } from '../../shared/databases/strategies/superuser-source.ts';
import { AuthenticationError } from '../../shared/rotation/errors.ts';
import type { RotationStrategy } from '../../shared/rotation/strategy.ts';
import type { StrategySuite } from '../conformance/strategy.case.ts';
import type { DatabaseWorld } from '../conformance/world.ts';
import { timelessContext } from './context.ts';
import type { DocumentDbKind } from './documentdb-places.ts';
import type { TestDocumentDb } from './documentdb-server.ts';
import { documentDbOrReason } from './documentdb-server.ts';
import { sandboxClient, sandboxStore } from './sandbox-store.ts';
import { describeStrategyIn } from './strategy-in-house.ts';

type Make = (engine: DatabaseEngine, source: SuperuserSource) => RotationStrategy<DatabaseSecret>;

interface DocumentDbHouse {
  readonly sandbox: Sandbox;
  world(strategy: Make): Promise<DatabaseWorld>;
  close(): Promise<void>;
}

/** The strategy suite on each of these kinds, or a printed reason why not. `crashesOn`: where rotations are killed, too. */
export async function describeStrategyOnDocumentDb(
  { kinds, crashesOn }: { readonly kinds: readonly DocumentDbKind[]; readonly crashesOn: readonly DocumentDbKind[] },
  strategy: Make,
  suite: Omit<StrategySuite, 'world' | 'lag' | 'untold' | 'crashes'>,
): Promise<void> {
  for (const kind of kinds) {
    const server = await documentDbOrReason(kind);
    if (server === undefined) continue;
    const house = await documentDbHouse(server, suite.name.replaceAll(/\W/g, '_'));
    describe(`on ${kind.title}`, () => {
      afterAll(() => house.close());
      const crashes = crashesOn.includes(kind) ? 'sample' : { leftOut: 'played on the other kinds' };
      describeStrategyIn(house, strategy, { ...suite, crashes, untold: server.untold });
    });
  }
}

/** `prefix`: files that run at once, each with users of its own, have one server where MONGODB_URI names it. */
async function documentDbHouse(server: TestDocumentDb, prefix: string): Promise<DocumentDbHouse> {
  const sandbox = await startSandbox({ automaticRetries: 0 });
  const client = sandboxClient(sandbox);
  let users = 0;
  let refused = 0;

  return {
    sandbox,
    async world(strategy) {
      const username = `${prefix}${++users}`;
      await server.createUser(username, 'first-password');
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
