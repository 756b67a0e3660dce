/**
 * What ties the two users of a pair: a role that is named for it, which nobody has and which holds no rights. Only who may
 * create users can make one, so nobody else can have two users taken for a pair because they have the names.
 */
import { TargetMismatchError } from '../../rotation/errors.ts';
import type { ProvenLogin } from '../engine.ts';
import { nothingTies } from '../user-errors.ts';
import type { Account } from './accounts.ts';
import type { Connection } from './connection.ts';
import { storedFits } from './opens.ts';
import { accountOf, literal } from './quoting.ts';
import { requireKnownPlugin } from './verifier.ts';

/** As long as the suffix of a clone, so it fits wherever the clone's name does. */
const PREFIX = 'rekey_';

/** The condition that the two are tied. */
export function isTied({ server }: Connection, base: string): string {
  const isRole = server.product === 'MariaDB' ? "is_role = 'Y'" : "account_locked = 'Y' AND authentication_string = ''";
  return `EXISTS (SELECT 1 FROM mysql.user WHERE User = ${literal(PREFIX + base)} AND ${isRole})`;
}

export async function tie(connection: Connection, base: string): Promise<void> {
  const role = literal(PREFIX + base);
  await connection.query(`CREATE ROLE ${role}`);
  // MariaDB gives a role to whoever made it.
  if (connection.server.product === 'MariaDB') await connection.query(`REVOKE ${role} FROM CURRENT_USER`);
}

/**
 * Every account of the user in use must be one that the secret's password opens: its rights go to the other user, which the
 * secret is given the password of.
 */
export function requireOwn(connection: Connection, inUse: readonly Account[], { password }: ProvenLogin): void {
  for (const account of inUse) {
    if (storedFits(account, password)) continue;
    requireKnownPlugin(connection, account.plugin);
    throw new TargetMismatchError(`${accountOf(account)} has another password than AWSCURRENT of this secret`, {
      hint: `give all accounts of ${account.user} one password, or that one another name; or use the single-user function`,
    });
  }
}

/** Stored versions of the secret open every account of the other user: then its owner gains nothing by a new password. */
export async function provenByHash(
  accounts: readonly Account[],
  others: AsyncIterable<string>,
): Promise<(found: readonly Account[]) => boolean> {
  const known: string[] = [];
  let closed = accounts;
  for await (const password of others) {
    const left = closed.filter((account) => !storedFits(account, password));
    if (left.length < closed.length) known.push(password);
    closed = left;
    if (closed.length === 0) break;
  }
  return (found) => found.every((account) => known.some((password) => storedFits(account, password)));
}

export function noPair(from: string, to: string, base: string): TargetMismatchError {
  return nothingTies([from, to], `CREATE ROLE ${literal(PREFIX + base)}`);
}
