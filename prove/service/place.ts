/** Where a rotation is explored: one secret that has been rotated before, one server in memory, and a strategy between them. */

import type { DatabaseEngine } from '../../shared/databases/engine.ts';
import type { DatabaseSecret } from '../../shared/databases/secret.ts';
import { alternatingUsersStrategy } from '../../shared/databases/strategies/alternating-users.ts';
import { dualPasswordStrategy } from '../../shared/databases/strategies/dual-password.ts';
import { singleUserStrategy } from '../../shared/databases/strategies/single-user.ts';
import { superuserSetStrategy } from '../../shared/databases/strategies/superuser-set.ts';
import type { SuperuserSource } from '../../shared/databases/strategies/superuser-source.ts';
import type { RotationStrategy } from '../../shared/rotation/strategy.ts';
import { outsideCalls } from '../../test/conformance/outside-calls.ts';
import type { MemoryServer } from '../../test/support/memory-engine.ts';
import { memoryEngine, memoryServer } from '../../test/support/memory-engine.ts';
import type { MemoryStore } from '../../test/support/memory-store.ts';
import { memoryStore } from '../../test/support/memory-store.ts';
import type { Calls } from './delivery.ts';

type Make = (engine: DatabaseEngine, source: SuperuserSource) => RotationStrategy<DatabaseSecret>;

export const strategies = {
  'single-user': singleUserStrategy,
  'superuser-set': superuserSetStrategy,
  'alternating-users': alternatingUsersStrategy,
  'dual-password': dualPasswordStrategy,
} satisfies Readonly<Record<string, Make>>;

export type StrategyName = keyof typeof strategies;

export interface Place {
  readonly store: MemoryStore;
  readonly server: MemoryServer;
  readonly outage: 'none' | 'brief';
  /** The strategy with its calls to the server going through these, and what ends the sessions that they have left. */
  strategy(calls: Calls, delivery: string): { strategy: RotationStrategy<DatabaseSecret>; bury(): Promise<void> };
  opens(value: string | undefined): boolean;
}

export function placeOf(name: StrategyName, locks: boolean): Place {
  const server = memoryServer();
  if (locks) server.locks = new Map();
  const rights = () => new Set(['read orders']);
  const where = { engine: 'memory', host: server.host, port: server.port };
  const secretValue = (username: string, password: string) =>
    JSON.stringify({ ...where, username, password, masterarn: 'arn:superuser' });
  const isPair = name === 'alternating-users';
  const [before, now] = ['the password before', 'the first password'];
  server.users.set('root', { password: 'of root', rights: new Set(), superuser: true });
  server.users.set('app', {
    password: isPair ? before : now,
    rights: rights(),
    ...(isPair && { partner: 'app_clone' }),
    ...(name === 'dual-password' && { second: before }),
  });
  if (isPair) server.users.set('app_clone', { password: now, rights: rights(), partner: 'app' });
  let versions = 2;
  const store = memoryStore(
    new Map([
      ['v0', { value: secretValue('app', before), labels: ['AWSPREVIOUS'] }],
      ['v1', { value: secretValue(isPair ? 'app_clone' : 'app', now), labels: ['AWSCURRENT'] }],
    ]),
    () => `v${versions++}`,
  );
  const engine = memoryEngine(server);
  const source: SuperuserSource = {
    superuserFor: async () => ({ ...where, username: 'root', password: 'of root' }),
  };
  return {
    store,
    server,
    outage: strategies[name](engine, source).outage,
    strategy(calls, delivery) {
      const ports = outsideCalls(calls.system);
      const made = strategies[name](ports.engine(engine), source);
      // Chance would make another state of every run.
      const create: typeof made.create = async (...args) => ({
        ...(await made.create(...args)),
        password: `made by ${delivery}`,
      });
      return { strategy: { ...made, create }, bury: () => ports.bury() };
    },
    opens(value) {
      if (value === undefined) return false;
      const { username, password } = JSON.parse(value);
      const user = server.users.get(username);
      return user !== undefined && (user.password === password || user.second === password);
    },
  };
}
