/**
 * Makes a pair of two users that something else made, such as AWS's template, while the clone is in use. The base becomes the
 * model, so it gets beforehand what only the clone has: nothing that the clone can use may be lost.
 */
import { PermissionError } from '../../rotation/errors.ts';
import type { Account } from './accounts.ts';
import { giveSurplus, liftRestrictions } from './align-rights.ts';
import type { Connection } from './connection.ts';
import { setDefaultRoles } from './default-roles.ts';
import { accountOf } from './quoting.ts';

export interface Adopted {
  readonly clone: Account;
  readonly base: Account;
}

/** Throws PermissionError, PRIVILEGES_DIFFER, when the clone would lose something. */
export async function adopt(connection: Connection, accounts: readonly Adopted[]): Promise<void> {
  for (const pair of accounts) requireNothingLost(connection, pair);
  for (const pair of accounts) await lift(connection, pair);
  for (const { clone, base } of accounts) {
    await giveSurplus(connection, clone, base);
    const roles = [...new Set([...base.defaultRoles, ...clone.defaultRoles])];
    await setDefaultRoles(connection, roles, base, base.defaultRoles);
  }
}

/** What cannot be given to the base in addition to what it has: a person decides. */
function requireNothingLost({ server }: Connection, { clone, base }: Adopted): void {
  const limits = base.limits.filter(([clause, most]) => {
    const now = clone.limits.find(([name]) => name === clause)?.[1] ?? 0;
    return most > 0 && (now === 0 || now > most);
  });
  const isStricter = base.requirement !== 'REQUIRE NONE' && base.requirement !== clone.requirement;
  const [, second] = new Set([...base.defaultRoles, ...clone.defaultRoles]);
  const lost = [
    ...(isStricter ? [base.requirement] : []),
    ...limits.map((limit) => limit.join(' ')),
    // MariaDB keeps one default role for an account.
    ...(server.product === 'MariaDB' && second !== undefined ? [`DEFAULT ROLE ${base.defaultRoles}`] : []),
  ];
  if (lost.length > 0) throw wouldLose({ clone, base }, lost.join(', '));
}

async function lift(connection: Connection, { clone, base }: Adopted): Promise<void> {
  try {
    await liftRestrictions(connection, clone, base);
  } catch (error) {
    if (!(error instanceof PermissionError)) throw error;
    throw wouldLose({ clone, base }, 'a partial revoke, which this superuser may not lift', error);
  }
}

function wouldLose({ clone, base }: Adopted, what: string, cause?: unknown): PermissionError {
  return new PermissionError(
    `${accountOf(clone)} is in use, and would come under what ${accountOf(base)} has: ${what}`,
    {
      code: 'PRIVILEGES_DIFFER',
      hint: 'give both accounts the same (ALTER USER, SET DEFAULT ROLE, GRANT), then rotate again',
      cause,
    },
  );
}
