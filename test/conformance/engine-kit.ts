/** What the parts of the engine suite share. */
import { it } from 'vitest';
import type { DatabaseEngine } from '../../shared/databases/engine.ts';
import type { DatabaseLogin } from '../../shared/databases/secret.ts';
import type { TestContext } from '../support/context.ts';

/** A running server, and what an administrator does on it. */
export interface EngineServer {
  /** The value of a secret for this user. */
  login(username: string, password: string): DatabaseLogin;
  readonly superuser: DatabaseLogin;
  readonly context: TestContext;
  createUser(name: string, password: string): Promise<void>;
  /** Gives, or takes, one right by name. */
  grant(name: string): Promise<void>;
  revoke(name: string): Promise<void>;
  /** Does that right work for this login? */
  mayUse(login: DatabaseLogin): Promise<boolean>;
  openSessions(): Promise<number>;
  /** Or why nothing that others may make on this server is found by a name that the engine uses. */
  readonly hostileGround: string | (() => Promise<HostileGround>);
}

/** A database that the application owns, in which others may write too. */
export interface HostileGround {
  /** The value of the application's secret. */
  readonly current: DatabaseLogin;
  /** `managed` as a provider of databases gives it. */
  readonly superusers: Readonly<Record<'managed' | 'real', DatabaseLogin>>;
  readonly context: TestContext;
  /** All that the engine's sessions have sent to this server. */
  statements(): Promise<string[]>;
  /** Plants what could be taken for a name in these statements. Gives how many. */
  plant(statements: readonly string[]): Promise<number>;
  /** Sends statements as a real superuser, in a session whose names are looked for where the database says. */
  unguarded(statements: readonly string[]): Promise<void>;
  /** What was planted and has run since the last call, as `<kind> <name> ran as <role>`. */
  plantsThatRan(): Promise<string[]>;
  /** Rights and memberships of all roles, and what is kept of the passwords of those that the secret is not about. */
  roles(): Promise<unknown[]>;
  stop(): Promise<void>;
}

export interface EngineSuite {
  readonly engine: DatabaseEngine;
  readonly server: EngineServer;
  /** Names of tests of this suite that do not hold here, and why. A name that does not exist fails. */
  readonly skip?: readonly { readonly test: string; readonly reason: string }[];
}

export interface EngineKit {
  readonly engine: DatabaseEngine;
  readonly server: EngineServer;
  readonly ctx: TestContext;
  /** A user of its own, with this password. */
  fresh(password?: string): Promise<DatabaseLogin>;
  /** Like vitest's `it`, unless the suite skips this test. */
  test(name: string, body: () => Promise<void>, timeout?: number): void;
  opens(login: DatabaseLogin): Promise<boolean>;
  /** Skips that named no test so far. */
  readonly unusedSkips: ReadonlySet<string>;
}

export function engineKit({ engine, server, skip = [] }: EngineSuite): EngineKit {
  const { context: ctx } = server;
  const unusedSkips = new Set(skip.map(({ test }) => test));
  let serial = 0;
  return {
    engine,
    server,
    ctx,
    unusedSkips,
    async fresh(password = 'first password') {
      const name = `engine_user${++serial}`;
      await server.createUser(name, password);
      return server.login(name, password);
    },
    test(name, body, timeout) {
      const skipped = skip.find((each) => each.test === name);
      unusedSkips.delete(name);
      if (skipped === undefined) it(name, body, timeout);
      else it.skip(`${name} (${skipped.reason})`, body);
    },
    async opens(login) {
      const session = await engine.connect(login, ctx).catch((error: Error) => error);
      if (session instanceof Error) {
        if (session.name === 'AuthenticationError') return false;
        throw session;
      }
      await session.ping();
      await session.close();
      return true;
    },
  };
}
