/** Changes a password. What each server lets a statement hold instead of the password: docs/engines/mysql.md and mariadb.md. */
import { InvalidSecretError } from '../../rotation/errors.ts';
import { readAccounts } from './accounts.ts';
import type { Connection } from './connection.ts';
import { errno, failedWith } from './errors.ts';
import { accountOf } from './quoting.ts';
import { identifiedBy, mariadbForm } from './verifier.ts';

/** A user's own password. `working` is the one that this session logged in with, or set last. */
export async function setOwnPassword(connection: Connection, password: string, working: string): Promise<void> {
  if (connection.server.product === 'MariaDB') return setOwnOnMariadb(connection, password);
  try {
    // Without further rights MySQL takes no hash here. It writes <secret> into its logs instead of the password.
    await connection.query('ALTER USER USER() IDENTIFIED BY ?', [password]);
  } catch (error) {
    if (!failedWith(error, errno.currentPasswordNeeded)) throw error;
    // PASSWORD REQUIRE CURRENT, by the account or the server.
    await connection.query('ALTER USER USER() IDENTIFIED BY ? REPLACE ?', [password, working]);
  }
}

/** MariaDB takes a hash from everybody, and writes into its general log whatever it gets. */
async function setOwnOnMariadb(connection: Connection, password: string): Promise<void> {
  await connection.query(`SET PASSWORD = ${await mariadbForm(connection, await ownPlugin(connection), password)}`);
}

/** Everybody may see how one's own account was made, unless its password expired: then the plugin is taken to be the usual one. */
async function ownPlugin(connection: Connection): Promise<string> {
  try {
    const [row] = await connection.query('SHOW CREATE USER CURRENT_USER()');
    const [, plugin = 'mysql_native_password'] =
      / IDENTIFIED VIA (\w+)/.exec(String(Object.values(row ?? {})[0])) ?? [];
    return plugin;
  } catch (error) {
    if (failedWith(error, errno.mustChangePassword)) return 'mysql_native_password';
    throw error;
  }
}

/** Of another user, at every host that it may come from; all of them or none. Needs CREATE USER. */
export async function setPasswordOf(connection: Connection, user: string, password: string): Promise<void> {
  const accounts = await readAccounts(connection, user);
  if (accounts.length === 0) throw unknownUser(user, connection);
  const changes: string[] = [];
  for (const account of accounts) {
    changes.push(`${accountOf(account)} ${await identifiedBy(connection, account.plugin, password)}`);
  }
  await connection.query(`ALTER USER ${changes.join(', ')}`);
  const doubled = accounts.filter(({ hasSecondPassword }) => hasSecondPassword);
  for (const account of doubled) await connection.query(`ALTER USER ${accountOf(account)} DISCARD OLD PASSWORD`);
}

export function unknownUser(name: string, { username }: Connection): InvalidSecretError {
  return new InvalidSecretError(`user ${name} does not exist where superuser ${username} looks for it`, {
    hint: 'check that the superuser secret is the one of this server',
  });
}
