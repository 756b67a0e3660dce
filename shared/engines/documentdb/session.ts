/** One login to DocumentDB, with everything that an engine does. */
import type { RotationContext } from '../../rotation/strategy.ts';
import type { DatabaseSecret } from '../../secrets/database-secret.ts';
import type { DatabaseSession } from '../engine.ts';
import { openConnection } from './connection.ts';
import { cloneUser, privileges, setPassword } from './users.ts';

/** Throws what `DatabaseEngine.connect` throws. */
export async function openSession(
  login: DatabaseSecret,
  defaults: { readonly port: number },
  ctx: RotationContext,
): Promise<DatabaseSession> {
  const connection = await openConnection(login, defaults, ctx);
  return {
    ping: async () => void (await connection.command({ ping: 1 })),
    setPassword: (username, password) => setPassword(connection, username, password),
    cloneUser: (from, to, password) => cloneUser(connection, from, to, password),
    privileges: () => privileges(connection),
    close: () => connection.close(),
  };
}
