/** Loaded with the first connection, so that steps without one start faster. */
import type { RotationContext } from '../../rotation/strategy.ts';
import type { DatabaseSecret } from '../../secrets/database-secret.ts';
import type { DatabaseEngine, DatabaseSession, PairProof } from '../engine.ts';
import { openConnection } from '../postgres/connection.ts';
import { isProven } from '../proven-pair.ts';
import { cloneUser } from './clone-user.ts';
import { privileges } from './privileges.ts';
import { setPassword } from './set-password.ts';

interface Pairs extends Pick<DatabaseEngine, 'counterpart'> {
  baseOf(username: string): string;
}

/** Throws what `DatabaseEngine.connect` throws. */
export async function openSession(
  login: DatabaseSecret,
  ctx: RotationContext,
  { defaults, counterpart, baseOf }: Pairs & { defaults: { port: number; dbname: string } },
): Promise<DatabaseSession> {
  const product = { defaults, title: 'Redshift', page: 'docs/engines/redshift.md', begin: 'BEGIN READ WRITE' };
  const connection = await openConnection(login, product, ctx);
  const opensOne = (username: string, proof: PairProof | undefined) =>
    isProven(proof, async (password) => {
      const other = await openConnection({ ...login, username, password }, product, ctx);
      await other.close();
    });
  return {
    ping: async () => void (await connection.query('SELECT 1')),
    setPassword: (username, password) => setPassword(connection, username, password),
    cloneUser: (from, to, password, proof) =>
      cloneUser(connection, { from, to, base: baseOf(from) }, password, () => opensOne(to, proof)),
    privileges: () => privileges(connection, counterpart(login.username)),
    close: () => connection.close(),
  };
}
