/** What the login of a session may do by itself, as lines that two users of a pair can be compared by. */
import type { Transaction } from '../postgres/connection.ts';
import { grantText } from '../postgres/grants.ts';
import { fingerprint } from '../postgres/privileges.ts';
import { grantedTo, withProcedures } from './grants.ts';
import { isOnOwned, ownedBy, rightsOn } from './ownership.ts';
import { ask } from './question.ts';
import { userNamed } from './user.ts';

/** Groups and roles by name: what they may do, both users may. `other` is the counterpart of this login. */
export async function privileges(transaction: Transaction, other: string): Promise<string[]> {
  const self = transaction.username;
  const [user, granted, owned] = await ask(transaction, userNamed(self), grantedTo([self]), ownedBy([self, other]));
  const grants = await withProcedures(transaction, granted);
  const lines = [
    ...(user?.createsDatabases ? ['attribute CREATEDB'] : []),
    ...(user?.isSuperuser ? ['attribute CREATEUSER'] : []),
    `attribute VALID UNTIL ${user?.validUntil ?? 'infinity'}`,
    `attribute CONNECTION LIMIT ${user?.limits.connections}`,
    `attribute SYSLOG ACCESS ${user?.limits.syslog}`,
    `attribute SESSION TIMEOUT ${user?.limits.sessionTimeout}`,
    ...[...(user?.settings ?? [])].map(([name, value]) => `setting ${name} ${fingerprint(value)}`),
    ...(user?.groups ?? []).map((name) => `member of group ${name}`),
    ...(user?.roles ?? []).map(({ name, grantable }) => `role ${name}${grantable ? ' WITH ADMIN OPTION' : ''}`),
    ...grants.filter((grant) => !isOnOwned(grant, owned)).map(grantText),
    // Right by right: of an external schema only the owner is sure to see that it is one, and has USAGE alone, as the other has.
    ...owned.flatMap((each) =>
      rightsOn(each, self, grants).map((right) => `${right} ON ${each.object}, which the pair owns`),
    ),
  ];
  return [...new Set(lines)].sort();
}
