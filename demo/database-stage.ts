import { randomBytes } from 'node:crypto';
import { UsageError } from '../terminal/usage.ts';
import { type ClientOrder, createClient } from './client.ts';
import { bundleOf, exportOf, type Login, loadEngine } from './engine.ts';
import { openStage, type RegisteredFunction, requireBundle } from './stage.ts';
import { type StrategyName, strategies } from './strategies.ts';

/** warm: a process for each function. cold: one for each step, as when Lambda has none left. */
export type Mode = 'warm' | 'cold';

export interface StageOptions {
  readonly engine: string;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
  /** The sandbox refuses what the stack's roles do not allow. */
  readonly enforceRoles?: boolean;
}

export type DatabaseStage = Awaited<ReturnType<typeof openDatabaseStage>>;
export type Planted = Awaited<ReturnType<DatabaseStage['plant']>>;

/** With a database, and so many applications that wait to start. */
export async function openDatabaseStage(options: StageOptions, applications: number) {
  const { engine: engineName, signal, progress, enforceRoles } = options;
  const engine = await loadEngine(engineName);
  const missing = engine.missing?.();
  if (missing !== undefined) {
    throw new UsageError(`--engine ${engineName}: ${missing} is not installed`, 'next: npm run servers');
  }
  const bundle = bundleOf(engineName);
  requireBundle(bundle);

  progress('starting the sandbox and the clients');
  return openStage(async (stage) => {
    const clients = Array.from({ length: applications }, () => createClient(stage.sandbox, signal));
    stage.whenClosed(() => Promise.all(clients.map((client) => client.stop())));
    const waiting = [...clients];

    progress(`starting ${engineName}`);
    const database = await engine.start();
    stage.whenClosed(database.stop);
    signal.throwIfAborted();

    progress('making users and secrets');
    const masterarn = await stage.store('superuser', database.superuser);
    /** Makes a user, and gives what is stored of it. */
    const newUser = async (strategy: StrategyName, username: string): Promise<Login> => {
      const user = await database.createUser(username, randomBytes(24).toString('base64url'), strategy);
      return strategies[strategy].needsSuperuser ? { ...user, masterarn } : user;
    };
    return {
      ...stage,
      engineName,
      engine,
      database,
      /** Lets the next application that waits begin to fetch and log in. */
      startClient(of: Pick<ClientOrder, 'secretId' | 'parameter'>) {
        const client = waiting.shift();
        if (!client) throw new Error('no application waits any more');
        client.start({ opens: { engine: engineName, ca: database.ca }, ...of });
        return client;
      },
      newUser,
      /** Makes a user with its secret, and the function that rotates it, where none of somebody else's is given. */
      async plant(strategy: StrategyName, mode: Mode, username: string, theirs?: RegisteredFunction) {
        if (!engine.strategies.includes(strategy)) throw new Error(`${engineName} has no function for ${strategy}`);
        const name = `rekey-${engineName}-${strategy}-${mode}`;
        const own = { export: exportOf(strategy), mode, env: database.environment };
        const registered = theirs ?? stage.register(name, bundle, own);
        const initial = await newUser(strategy, username);
        return { strategy, secret: await stage.store(username, initial), ...registered, initial };
      },
    };
  }, enforceRoles);
}
