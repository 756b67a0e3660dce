import { randomBytes } from 'node:crypto';
import type { LocalServer } from '../local/servers/local-server.ts';
import type { DemoDatabase, DemoEngine, Login, ServerCounts } from './engine.ts';
import type { StrategyName } from './strategies.ts';

/** What a kind of server has of its own. */
export interface DatabaseKind<S extends LocalServer> {
  title(server: S): string;
  /** What a secret says of it besides host and port. */
  place(server: S): { readonly engine: string; readonly dbname?: string };
  /** As `admin`, who may do everything: makes the superuser of the pair, and what the users need. */
  prepare(admin: Login, ca: string, superuser: Login): Promise<void>;
  createUser(superuser: Login, ca: string, user: Login, strategy: StrategyName): Promise<void>;
  counts(server: S): ServerCounts;
  log?(server: S): string;
}

/** Logs in, runs these, and leaves; the answer to the last one, where the server gives any. */
export type Run<Statement, Answer = unknown> = (
  as: Login,
  ca: string,
  statements: readonly Statement[],
) => Promise<Answer>;

/** The login of an application. `isRefusal`: the server refused the password. */
export function loginBy(run: Run<never>, isRefusal: (error: unknown) => boolean): DemoEngine['login'] {
  return (value, ca) =>
    run(value, ca, []).then(
      () => 'opened',
      (error: unknown) => {
        if (isRefusal(error)) return 'refused';
        throw error;
      },
    );
}

/** Makes a database of a server that was started for it; one that cannot be prepared is stopped. */
export async function demoDatabase<S extends LocalServer>(server: S, kind: DatabaseKind<S>): Promise<DemoDatabase> {
  const { host, port, ca, caFile } = server;
  const place = { ...kind.place(server), host, port };
  // Others than us would try without TLS, too, where this is absent.
  const superuser = { ...place, ssl: true, username: 'rotator', password: randomBytes(24).toString('base64url') };
  try {
    await kind.prepare({ ...place, ...server.superuser }, ca, superuser);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return {
    title: kind.title(server),
    ca,
    environment: caFile === '' ? {} : { DATABASE_CA_BUNDLE: caFile },
    superuser,
    async createUser(username, password, strategy) {
      const user = { ...superuser, username, password };
      await kind.createUser(superuser, ca, user, strategy);
      return user;
    },
    counts: () => kind.counts(server),
    log: () => kind.log?.(server) ?? '',
    stop: () => server.stop(),
  };
}
