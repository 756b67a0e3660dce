/** What the login of a session may do by itself, as lines that two users of a pair can be compared by. */
import type { Transaction } from '../postgres/connection.ts';
import { fingerprint } from '../postgres/privileges.ts';
import { grantsTo } from './grants.ts';
import { isOnOwned, ownedBy, sharesIn } from './ownership.ts';
import { readUser } from './user.ts';

/** Groups and roles by name: what they may do, both users may. `other` is the counterpart of this login. */
export async function privileges(transaction: Transaction, other: string): Promise<string[]> {
  const self = transaction.username;
  const user = await readUser(transaction, self);
  const grants = await grantsTo(transaction, self);
  const owned = await ownedBy(transaction, [self, other]);
  const lines = [
    ...(user?.createsDatabases ? ['attribute CREATEDB'] : []),
    ...(user?.isSuperuser ? ['attribute CREATEUSER'] : []),
    `attribute VALID UNTIL ${user?.validUntil ?? 'infinity'}`,
    ...[...(user?.settings ?? [])].map(([name, value]) => `setting ${name} ${fingerprint(value)}`),
    ...(user?.groups ?? []).map((name) => `member of group ${name}`),
    ...(user?.roles ?? []).map(({ name, grantable }) => `role ${name}${grantable ? ' WITH ADMIN OPTION' : ''}`),
    ...grants
      .filter((grant) => !isOnOwned(grant, owned))
      .map(({ prefix, right, grantable }) => `${prefix}${right}${grantable ? ' WITH GRANT OPTION' : ''}`),
    ...owned
      .filter((object) => sharesIn(object, self, grants))
      .map(({ object }) => `all rights on ${object}, which the pair owns`),
  ];
  return [...new Set(lines)].sort();
}
