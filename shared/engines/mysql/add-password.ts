/** Dual passwords: https://dev.mysql.com/doc/refman/8.4/en/password-management.html#dual-passwords */
import type { Connection } from './connection.ts';
import { errno, failedWith } from './errors.ts';
import { oneAtATime } from './lock.ts';

/**
 * Makes `password` the account's first password and `keep` its second, so that whatever was second before stops working.
 * MySQL retains the first password only, and not the one that this session logged in with. So the change names the password
 * that it replaces: had another one become first meanwhile, `keep` would be the one to go, and the server refuses.
 */
export async function addPassword(
  connection: Connection,
  { password, keep }: { readonly password: string; readonly keep: string },
): Promise<void> {
  if (await replaced(connection, password, keep)) return;
  // Not on the way that goes well: `keep` is second. An earlier try, or a rotation that somebody abandoned, made another one first.
  await oneAtATime(connection, connection.username, async () => {
    if (await isFirst(connection, password)) return;
    // Makes `keep` first as well as second. It is not refused for a moment, which DISCARD OLD PASSWORD would do to it.
    await connection.query('ALTER USER USER() IDENTIFIED BY ?', [keep]);
    await replaced(connection, password, keep);
  });
}

/** False when `keep` is not the first password. */
function replaced(connection: Connection, password: string, keep: string): Promise<boolean> {
  return compared(connection, 'ALTER USER USER() IDENTIFIED BY ? REPLACE ? RETAIN CURRENT PASSWORD', [password, keep]);
}

/** Replaces a password by itself, which tells without a login: one that is refused would count against the account. */
function isFirst(connection: Connection, password: string): Promise<boolean> {
  return compared(connection, 'ALTER USER USER() IDENTIFIED BY ? REPLACE ?', [password, password]);
}

async function compared(connection: Connection, statement: string, passwords: readonly string[]): Promise<boolean> {
  try {
    await connection.query(statement, passwords);
    return true;
  } catch (error) {
    if (failedWith(error, errno.wrongCurrentPassword)) return false;
    throw error;
  }
}
