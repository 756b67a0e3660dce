/** Dual passwords: https://dev.mysql.com/doc/refman/8.4/en/password-management.html#dual-passwords */
import { PermissionError } from '../../rotation/errors.ts';
import type { Connection } from './connection.ts';
import { errno, failedWith } from './errors.ts';

/**
 * Makes `password` the account's first password and `keep` its second, so that whatever was second before stops working.
 * MySQL retains the first password only, and not the one that this session logged in with. So the change names the password
 * that it replaces: had another one become first meanwhile, `keep` would be the one to go, and the server refuses.
 */
export async function addPassword(
  connection: Connection,
  {
    password,
    keep,
    abandoned,
  }: {
    readonly password: string;
    readonly keep: string;
    readonly abandoned?: (() => AsyncIterable<string>) | undefined;
  },
): Promise<void> {
  const retaining = 'ALTER USER USER() IDENTIFIED BY ? REPLACE ? RETAIN CURRENT PASSWORD';
  if ((await outcome(connection, retaining, [password, keep])) !== 'another is first') return;
  // Not on the way that goes well: `keep` is second. An earlier try, or a rotation that somebody abandoned, made another one
  // first. Without RETAIN that one goes, and the second stays.
  if ((await outcome(connection, 'ALTER USER USER() IDENTIFIED BY ?', [password])) !== 'must be named') return;
  const replacing = 'ALTER USER USER() IDENTIFIED BY ? REPLACE ?';
  if ((await outcome(connection, replacing, [password, password])) !== 'another is first') return;
  for await (const first of abandoned?.() ?? []) {
    if ((await outcome(connection, replacing, [password, first])) !== 'another is first') return;
  }
  throw new PermissionError(
    `${connection.username} at ${connection.at.host} must name its first password, which no stored version holds`,
    {
      hint: `as a superuser ALTER USER … PASSWORD REQUIRE CURRENT OPTIONAL, rotate again, then set PASSWORD REQUIRE CURRENT again`,
    },
  );
}

/**
 * One statement that makes `current` second as well as first. DISCARD OLD PASSWORD asks nothing: at the same moment a rotation may
 * have made AWSCURRENT the second password, and it would be the one to go.
 */
export async function discardOldPassword(connection: Connection, current: string): Promise<boolean> {
  const statement = 'ALTER USER USER() IDENTIFIED BY ? REPLACE ? RETAIN CURRENT PASSWORD';
  const ifOutdated = (error: unknown) => {
    // The policy of the server was raised since this password was made.
    if (failedWith(error, errno.weakPassword)) return 'refused';
    throw error;
  };
  switch (await outcome(connection, statement, [current, current]).catch(ifOutdated)) {
    case 'done':
      return true;
    case 'another is first':
      return false;
    default:
      throw new PermissionError(
        `the rules for passwords of ${connection.username} at ${connection.at.host} do not let it name its own again`,
        {
          hint: 'as a superuser ALTER USER … DISCARD OLD PASSWORD; or leave it: the next rotation ends the older password',
        },
      );
  }
}

type Outcome = 'done' | 'another is first' | 'must be named' | 'used before';

/** The server looks into the history before it looks at REPLACE. A new password that is in there was set by an earlier try. */
async function outcome(connection: Connection, statement: string, passwords: readonly string[]): Promise<Outcome> {
  try {
    await connection.query(statement, passwords);
    return 'done';
  } catch (error) {
    if (failedWith(error, errno.wrongCurrentPassword)) return 'another is first';
    if (failedWith(error, errno.currentPasswordNeeded)) return 'must be named';
    if (failedWith(error, errno.usedBefore)) return 'used before';
    // Named as the one that it replaces, it is no change at all. After REPLACE was found right.
    if (failedWith(error, errno.tooAlike) && passwords[0] === passwords[1]) return 'used before';
    throw error;
  }
}
