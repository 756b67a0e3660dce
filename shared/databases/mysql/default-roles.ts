/** The roles that an account acts in from login on. */
import type { Connection } from './connection.ts';
import type { AccountName } from './quoting.ts';
import { accountOf } from './quoting.ts';

export async function setDefaultRoles(
  connection: Connection,
  roles: readonly string[],
  to: AccountName,
  current: readonly string[],
): Promise<void> {
  if (String(roles) === String(current)) return;
  const preposition = connection.server.product === 'MariaDB' ? 'FOR' : 'TO';
  const names = roles.length === 0 ? 'NONE' : roles.join(', ');
  await connection.query(`SET DEFAULT ROLE ${names} ${preposition} ${accountOf(to)}`);
}
