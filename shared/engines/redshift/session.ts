/** Loaded with the first connection, so that steps without one start faster. */
import type { RotationContext } from '../../rotation/strategy.ts';
import type { DatabaseSecret } from '../../secrets/database-secret.ts';
import type { DatabaseEngine, DatabaseSession } from '../engine.ts';
import { openConnection } from '../postgres/connection.ts';
import { cloneUser } from './clone-user.ts';
import { privileges } from './privileges.ts';
import { setPassword } from './set-password.ts';

/** Throws what `DatabaseEngine.connect` throws. */
export async function openSession(
  login: DatabaseSecret,
  ctx: RotationContext,
  { defaults, counterpart }: { defaults: { port: number; dbname: string } } & Pick<DatabaseEngine, 'counterpart'>,
): Promise<DatabaseSession> {
  const product = { defaults, title: 'Redshift', page: 'docs/engines/redshift.md', begin: 'BEGIN READ WRITE' };
  const connection = await openConnection(login, product, ctx);
  return {
    ping: async () => void (await connection.query('SELECT 1')),
    setPassword: (username, password) => setPassword(connection, username, password),
    cloneUser: (from, to, password) => cloneUser(connection, { from, to }, password),
    privileges: () => privileges(connection, counterpart(login.username)),
    close: () => connection.close(),
  };
}
