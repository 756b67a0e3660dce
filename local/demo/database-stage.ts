import { randomBytes } from 'node:crypto';
import { UsageError } from '../../terminal/usage.ts';
import { type ClientOrder, createClient, type DemoClient } from './client.ts';
import { bundleOf, type DemoDatabase, type DemoEngine, exportOf, type Login, loadEngine } from './engine.ts';
import { openStage, type RegisteredFunction, requireBundle, type Stage } from './stage.ts';
import { type StrategyName, strategies } from './strategies.ts';

/** warm: a process for each function. cold: one for each step, as when Lambda has none left. */
export type Mode = 'warm' | 'cold';

export interface StageOptions {
  readonly engine: string;
  /** How many applications wait to be started. */
  readonly clients: number;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

/** With a database, and applications that wait to start. */
export interface DatabaseStage extends Stage {
  readonly engineName: string;
  readonly engine: DemoEngine;
  readonly database: DemoDatabase;
  /** Lets the next application that waits begin to fetch and log in. */
  startClient(of: Pick<ClientOrder, 'secretId' | 'parameter'>): DemoClient;
  /** Makes a user, and gives what is stored of it. */
  newUser(strategy: StrategyName, username: string): Promise<Login>;
  /** Makes a user with its secret, and the function that rotates it. */
  plant(strategy: StrategyName, mode: Mode, username: string): Promise<Planted>;
}

export interface Planted extends RegisteredFunction {
  readonly strategy: StrategyName;
  readonly secret: string;
  readonly initial: Login;
}

export async function openDatabaseStage(options: StageOptions): Promise<DatabaseStage> {
  const { engine: engineName, signal, progress } = options;
  const engine = await loadEngine(engineName);
  const missing = engine.missing?.();
  if (missing !== undefined) {
    throw new UsageError(`--engine ${engineName}: ${missing} is not installed`, 'next: npm run servers');
  }
  const bundle = bundleOf(engineName);
  requireBundle(bundle);

  progress('starting the sandbox and the clients');
  return openStage(async (stage) => {
    const clients = Array.from({ length: options.clients }, () => createClient(stage.sandbox, signal));
    stage.whenClosed(() => Promise.all(clients.map((client) => client.stop())));
    const waiting = [...clients];

    progress(`starting ${engineName}`);
    const database = await engine.start();
    stage.whenClosed(database.stop);
    signal.throwIfAborted();

    progress('making users and secrets');
    const masterarn = await stage.store('superuser', database.superuser);
    const newUser = async (strategy: StrategyName, username: string): Promise<Login> => {
      const user = await database.createUser(username, randomBytes(24).toString('base64url'), strategy);
      return strategies[strategy].needsSuperuser ? { ...user, masterarn } : user;
    };
    return {
      ...stage,
      engineName,
      engine,
      database,
      startClient(of) {
        const client = waiting.shift();
        if (!client) throw new Error('no application waits any more');
        client.start({ opens: { engine: engineName, ca: database.ca }, ...of });
        return client;
      },
      newUser,
      async plant(strategy, mode, username) {
        if (!engine.strategies.includes(strategy)) throw new Error(`${engineName} has no function for ${strategy}`);
        const name = `rekey-${engineName}-${strategy}-${mode}`;
        const registered = stage.register(name, bundle, {
          export: exportOf(strategy),
          mode,
          env: database.environment,
        });
        const initial = await newUser(strategy, username);
        return { strategy, secret: await stage.store(username, initial), ...registered, initial };
      },
    };
  });
}
