/** One login to PostgreSQL, with everything that an engine does. */
import type { RotationContext } from '../../rotation/strategy.ts';
import type { DatabaseSecret } from '../../secrets/database-secret.ts';
import type { DatabaseSession } from '../engine.ts';
import { cloneUser } from './clone-user.ts';
import type { Product } from './connection.ts';
import { openConnection } from './connection.ts';
import { privileges } from './privileges.ts';
import { setPassword } from './set-password.ts';

/** Throws what `DatabaseEngine.connect` throws. `baseOf` names the user of a pair that owns whatever either of them makes. */
export async function openSession(
  login: DatabaseSecret,
  product: Product,
  baseOf: (username: string) => string,
  ctx: RotationContext,
): Promise<DatabaseSession> {
  const connection = await openConnection(login, product, ctx);
  let exclusive = false;
  return {
    get exclusive() {
      return exclusive;
    },
    ping: async () => void (await connection.query('SELECT 1')),
    setPassword: async (username, password) => {
      ({ exclusive } = await setPassword(connection, username, password));
    },
    cloneUser: (from, to, password) => cloneUser(connection, { from, to, base: baseOf(to) }, password),
    privileges: () => privileges(connection, baseOf(login.username)),
    close: () => connection.close(),
  };
}
