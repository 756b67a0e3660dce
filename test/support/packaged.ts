/** The packaged functions in processes of their own, called by the sandbox, on a server of their engine. */
import type { EngineServer } from '../conformance/engine.case.ts';
import { type PackagedFunctions, packagedFunctions } from './packaged-functions.ts';
import type { RealPostgres } from './postgres-server.ts';
import { realPostgres } from './postgres-server.ts';

export type Kind = 'singleUser' | 'alternatingUsers' | 'superuserSet' | 'dualPassword';

/** What the packaged functions of an engine rotate on. */
export interface PackagedServer extends EngineServer {
  readonly caFile: string;
  stop(): Promise<void>;
}

export interface Packaged<S extends PackagedServer = RealPostgres> extends Omit<PackagedFunctions, 'register'> {
  readonly server: S;
  /** Registers a function with these settings and gives its ARN. */
  register(kind: Kind, env?: Record<string, string>, timeoutSeconds?: number): string;
  /** A user with a secret; `fields` override the value. Alternating secrets name the superuser secret. */
  secret(fields?: Record<string, unknown>): Promise<string>;
  opens(value: Record<string, unknown>): Promise<boolean>;
}

export interface PackagedPostgres extends Packaged {
  /** A connection as an application holds it. */
  session(value: Record<string, unknown>): Promise<{ end(): Promise<void> }>;
}

export async function packaged(options: { automaticRetries?: number } = {}): Promise<PackagedPostgres> {
  const server = await realPostgres();
  const opens: Packaged['opens'] = ({ username, password }) =>
    server.sqlAs({ username: String(username), password: String(password) }, 'SELECT 1').then(
      () => true,
      (error) => {
        if (error.code === '28P01') return false;
        throw error;
      },
    );
  return {
    ...(await packagedOn('postgres', server, opens, options)),
    session: ({ username, password }) => server.connectAs({ username: String(username), password: String(password) }),
  };
}

/** `bundle` is the folder in dist. */
export async function packagedOn<S extends PackagedServer>(
  bundle: string,
  server: S,
  opens: Packaged['opens'],
  options: { automaticRetries?: number } = {},
): Promise<Packaged<S>> {
  const functions = await packagedFunctions(bundle, { DATABASE_CA_BUNDLE: server.caFile }, options);
  let serial = 0;
  await functions.rawSecret(JSON.stringify(server.superuser), 'superuser');

  return {
    ...functions,
    server,
    async secret(fields = {}) {
      const username = `packaged${++serial}`;
      await server.createUser(username, 'first password');
      const value = { ...server.login(username, 'first password'), masterarn: 'superuser' };
      return functions.rawSecret(JSON.stringify({ ...value, ...fields }));
    },
    opens,
    async close() {
      await functions.close();
      await server.stop();
    },
  };
}
