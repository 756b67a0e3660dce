import type { DatabaseEngine } from '../../shared/databases/engine.ts';
import type { DatabaseSecret } from '../../shared/databases/secret.ts';
import type { SuperuserSource } from '../../shared/databases/strategies/superuser-source.ts';
import type { RotationStrategy } from '../../shared/rotation/strategy.ts';
import type { CrashPlan } from '../conformance/crash.ts';
import type { DatabaseWorld } from '../conformance/world.ts';
import { timelessContext } from './context.ts';
import type { MemoryServer } from './memory-engine.ts';
import { memoryEngine, memoryServer } from './memory-engine.ts';
import type { MemoryStore } from './memory-store.ts';
import { memoryStore } from './memory-store.ts';

export interface MemoryWorld extends DatabaseWorld {
  readonly store: MemoryStore;
  readonly server: MemoryServer;
}

/** One user `app`, one superuser, one secret, and a strategy between them. */
export function memoryWorld(
  strategy: (engine: DatabaseEngine, source: SuperuserSource) => RotationStrategy<DatabaseSecret>,
): MemoryWorld {
  const server = memoryServer();
  server.users.set('app', { password: 'first-password', rights: new Set(['read orders']) });
  server.users.set('root', { password: 'root-password', rights: new Set(), superuser: true });
  const engine = memoryEngine(server);
  const where = { engine: 'memory', host: server.host, port: server.port };
  const store = memoryStore(
    JSON.stringify({ ...where, username: 'app', password: 'first-password', masterarn: 'arn:superuser' }),
  );
  const source: SuperuserSource = {
    superuserFor: async () => ({ ...where, username: 'root', password: 'root-password' }),
  };
  return {
    store,
    server,
    strategy: (plan) => strategy(plan.engine(engine), source),
    context: (given) => timelessContext(given),
    async opens({ username, password, host }) {
      const user = server.users.get(username);
      return host === server.host && user !== undefined && [user.password, user.second].includes(password);
    },
    setPassword: async (username, password) => {
      const user = server.users.get(username);
      if (user) user.password = password;
    },
    refusedLogins: async () => server.refused.splice(0).length,
    openSessions: async () => server.open.length,
  };
}

type Strategy = RotationStrategy<DatabaseSecret>;

/** The same world, with a strategy that differs in something. */
export function changed<W extends DatabaseWorld>(world: W, change: (strategy: Strategy) => Partial<Strategy>): W {
  return {
    ...world,
    strategy: (plan: CrashPlan) => {
      const strategy = world.strategy(plan);
      return { ...strategy, ...change(strategy) };
    },
  };
}
