/** Changes a password. What each server lets a statement hold instead of the password: docs/engines/mysql.md and mariadb.md. */
import { TargetMismatchError } from '../../rotation/errors.ts';
import type { TakeBack } from '../engine.ts';
import { unknownUser } from '../user-errors.ts';
import type { Account } from './accounts.ts';
import { readAccounts } from './accounts.ts';
import type { Connection } from './connection.ts';
import { errno, failedWith } from './errors.ts';
import { storedFits } from './opens.ts';
import { accountOf, nobodysName } from './quoting.ts';
import { loginPlugin, showCreateUser } from './show-create-user.ts';
import { identifiedAs, identifiedBy, mariadbForm } from './verifier.ts';
import { isAtLeast } from './version.ts';

/** A user's own password. `working` is the one that this session logged in with, or set last. */
export async function setOwnPassword(connection: Connection, password: string, working: string): Promise<void> {
  if (connection.server.product === 'MariaDB') return setOwnOnMariadb(connection, password);
  // Without further rights MySQL takes no hash here. It writes <secret> into its logs instead of the password.
  const plainly = () => connection.query('ALTER USER USER() IDENTIFIED BY ?', [password]);
  const replacing = (now: string) => connection.query('ALTER USER USER() IDENTIFIED BY ? REPLACE ?', [password, now]);
  // An expired password may hold characters that cannot be sent yet.
  const first = connection.expired || !isAtLeast(connection.server, [8, 0, 13]) ? plainly : () => replacing(working);
  try {
    await first();
  } catch (error) {
    // PASSWORD REQUIRE CURRENT, by the account or the server.
    if (failedWith(error, errno.currentPasswordNeeded)) await replacing(working);
    // The server looks at REPLACE first, so `working` is still the password. Not named, it is not compared.
    else if (failedWith(error, errno.tooAlike)) await plainly();
    else if (failedWith(error, errno.wrongCurrentPassword)) await requireSetElsewhere(() => replacing(password));
    else throw error;
  }
}

/** The server asks for the right before it looks for the user, whom nobody has made. */
export async function requireMayAlterUsers(connection: Connection): Promise<void> {
  await connection.query(`ALTER USER IF EXISTS ${accountOf(nobodysName())} ACCOUNT UNLOCK`);
}

/** Another delivery of the step may have set it. A late delivery, whose password was replaced since, must change nothing. */
async function requireSetElsewhere(repeat: () => Promise<unknown>): Promise<void> {
  try {
    await repeat();
  } catch (error) {
    // Like itself: so it is the password.
    if (!failedWith(error, errno.tooAlike)) throw error;
  }
}

/**
 * A second password, of a time with dual passwords, would live on beside each new one. Only who may have one may end it: others
 * are refused, and have none, unless the right was taken from them since.
 */
export async function endSecondPassword(connection: Connection): Promise<void> {
  if (connection.server.product === 'MariaDB' || !isAtLeast(connection.server, [8, 0, 14])) return;
  await connection.query('ALTER USER USER() DISCARD OLD PASSWORD').catch(() => {});
}

/** MariaDB takes a hash from everybody, and writes into its general log whatever it gets. */
async function setOwnOnMariadb(connection: Connection, password: string): Promise<void> {
  await connection.query(
    `SET PASSWORD = ${await mariadbForm(connection, { plugin: await ownPlugin(connection) }, password)}`,
  );
}

/** Everybody may see how one's own account was made, unless its password expired: then the plugin is taken to be the usual one. */
async function ownPlugin(connection: Connection): Promise<string> {
  try {
    return loginPlugin(await showCreateUser(connection)) ?? 'mysql_native_password';
  } catch (error) {
    if (failedWith(error, errno.mustChangePassword)) return 'mysql_native_password';
    throw error;
  }
}

/** A change of accounts. Call one of the two. */
export interface AccountsChanged {
  /** What is kept for each account is then, byte for byte, what was kept before. */
  readonly takeBack: TakeBack;
  /** Ends older passwords that work beside the new one. Not before the change is sure to stay. */
  settle(): Promise<void>;
}

/**
 * Of another user; all of its accounts or none. `proven`: of those that this password opens, for the others may be somebody else's.
 * Needs CREATE USER.
 */
export async function setPasswordOf(
  connection: Connection,
  user: string,
  password: string,
  proven: string | undefined,
): Promise<AccountsChanged> {
  const all = await readAccounts(connection, [user]);
  if (all.length === 0) throw unknownUser(user, connection);
  // One that has the new password got it from another delivery of the step.
  const isOurs = (account: Account) =>
    proven === undefined || storedFits(account, proven) || storedFits(account, password);
  const accounts = all.filter(isOurs);
  if (accounts.length > 0) {
    await alter(connection, accounts, password);
    return {
      takeBack: () => restore(connection, accounts, proven),
      settle: () => discardOlder(connection, accounts),
    };
  }
  throw new TargetMismatchError(`no account of ${user} where superuser ${connection.username} looks has its password`, {
    hint: 'check that the superuser secret is the one of this server; if somebody changed the password just now, rotate again',
  });
}

type Kept = Pick<Account, 'user' | 'host' | 'plugin' | 'stored' | 'rounds' | 'insists'>;

/** The one password that opens them from now on: an older one that works beside it goes. */
export async function changePasswords(
  connection: Connection,
  accounts: readonly Kept[],
  password: string,
): Promise<void> {
  await alter(connection, accounts, password);
  await discardOlder(connection, accounts);
}

const alter = (connection: Connection, accounts: readonly Kept[], password: string) =>
  alterEach(connection, accounts, (account) => identifiedBy(connection, account, password));

const restore = (connection: Connection, accounts: readonly Kept[], password: string | undefined) =>
  alterEach(connection, accounts, (account) => identifiedAs(connection, account, password));

/** One statement: all of the accounts or none. */
async function alterEach(
  connection: Connection,
  accounts: readonly Kept[],
  clauseOf: (account: Kept) => string | Promise<string>,
): Promise<void> {
  const changes: string[] = [];
  for (const account of accounts) changes.push(`${accountOf(account)} ${await clauseOf(account)}`);
  await connection.query(`ALTER USER ${changes.join(', ')}`);
}

async function discardOlder(connection: Connection, accounts: readonly Kept[]): Promise<void> {
  const doubled = accounts.filter(({ stored }) => stored.length > 1);
  for (const account of doubled) await connection.query(`ALTER USER ${accountOf(account)} DISCARD OLD PASSWORD`);
}
