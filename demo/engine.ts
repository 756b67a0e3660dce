import { readdirSync } from 'node:fs';
import type { StrategyName } from './strategies.ts';

/** A secret value that opens the database. */
export interface Login {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly [field: string]: unknown;
}

/** Anything else that goes wrong with a login is thrown. */
export type LoginOutcome = 'opened' | 'refused';

export interface DemoEngine {
  /** Those that its functions have. */
  readonly strategies: readonly StrategyName[];
  /** What is not installed, where the server cannot be started: "MySQL". `npm run servers` installs it. */
  missing?(): string | undefined;
  start(): Promise<DemoDatabase>;
  /** Logs in as an application does, over verified TLS, and leaves again. */
  login(value: Login, ca: string): Promise<LoginOutcome>;
}

export interface DemoDatabase {
  /** For people: product and version, and that it is a stand-in where it is one. */
  readonly title: string;
  /** PEM text of the authority that vouches for the server. */
  readonly ca: string;
  /** What a rotation function needs in its environment to reach it. */
  readonly environment: Readonly<Record<string, string>>;
  /** A superuser as a managed service gives it: may manage users, is not almighty. */
  readonly superuser: Login;
  /** With the rights that the strategy needs. */
  createUser(username: string, password: string, strategy: StrategyName): Promise<Login>;
  /** Counted by the server, since the start. */
  counts(): ServerCounts;
  /** The server's log, with every statement in it; empty where it keeps none. */
  log(): string;
  stop(): Promise<void>;
}

/** Undefined is what the server does not tell. */
export interface ServerCounts {
  /** Logins of rotation functions. */
  readonly openedByFunctions: number | undefined;
  /** Logins of anybody: the server does not ask who it is that it refuses. */
  readonly refused: number | undefined;
  /** Of anybody but applications, which log in and leave. */
  readonly statements: number | undefined;
}

/** Logins refused since `before`; undefined where the server does not tell. */
export function refusedSince({ counts }: DemoDatabase, before: number | undefined): number | undefined {
  const { refused } = counts();
  return refused === undefined || before === undefined ? undefined : refused - before;
}

/** Each file in a folder of these is one, under this name; there is no other list. */
export const shownIn = <T>(folder: URL, exported: string) => ({
  names: (): readonly string[] =>
    readdirSync(folder)
      .map((file) => file.replace(/\.ts$/, ''))
      .sort(),
  load: async (name: string): Promise<T> => (await import(new URL(`${name}.ts`, folder).href))[exported],
});

export const { names: engineNames, load: loadEngine } = shownIn<DemoEngine>(
  new URL('engines/', import.meta.url),
  'demoEngine',
);

/** From the root of the repository. */
export const bundleOf = (name: string): string => `dist/${name}/index.mjs`;

/** `single-user` is exported as `singleUser`. */
export const exportOf = (strategy: StrategyName): string =>
  strategy.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
