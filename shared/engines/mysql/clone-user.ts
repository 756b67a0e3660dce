/**
 * Brings the two users of an alternating pair into line, both ways. The base user, the one without `_clone`, is the model: what it
 * lost, the clone loses, whichever of the two is in use. Changes of accounts are no transactions, so the password comes last, for
 * all hosts in one statement: a half-made user has no password of this rotation, and the repeat of the step completes it.
 */
import { PermissionError } from '../../rotation/errors.ts';
import type { PairProof } from '../engine.ts';
import { baseOf } from '../names.ts';
import type { Account } from './accounts.ts';
import { readAccounts } from './accounts.ts';
import { adopt } from './adopt.ts';
import { alignRights } from './align-rights.ts';
import type { Connection } from './connection.ts';
import { setDefaultRoles } from './default-roles.ts';
import { oneAtATime } from './lock.ts';
import { isMarked, isProven, mark, noPair, requireProven } from './pair.ts';
import type { AccountName } from './quoting.ts';
import { accountOf } from './quoting.ts';
import { changePasswords, unknownUser } from './set-password.ts';
import { identifiedBy } from './verifier.ts';

export async function cloneUser(
  connection: Connection,
  { from, to }: { readonly from: string; readonly to: string },
  password: string,
  proof: PairProof | undefined,
): Promise<void> {
  const base = baseOf(to);
  await oneAtATime(connection, base, async () => {
    const inUse = await readAccounts(connection, from);
    if (inUse.length === 0) throw unknownUser(from, connection);
    if (proof !== undefined) requireProven(connection, inUse, proof);
    const existing = await readAccounts(connection, to);
    const marked = await isMarked(connection, base);
    if (!marked && existing.length > 0 && !(await isProven(existing, proof))) throw noPair(from, to);

    const surplus = existing.filter(({ host }) => !inUse.some((account) => account.host === host));
    if (to === base) refuseSurplus(surplus, from);
    const pairs = inUse.flatMap((account) => {
      const other = existing.find(({ host }) => host === account.host);
      return other === undefined ? [] : [{ account, other }];
    });
    if (!marked) {
      if (to === base) {
        await adopt(
          connection,
          pairs.map(({ account, other }) => ({ clone: account, base: other })),
        );
      }
      await mark(connection, base);
    }
    for (const account of surplus) await connection.query(`DROP USER ${accountOf(account)}`);
    for (const account of inUse) {
      const other = pairs.find((pair) => pair.account === account)?.other;
      const target = { user: to, host: account.host };
      if (other === undefined) await make(connection, target, account);
      else if (to === base) await align(connection, { clone: account, base: await again(connection, other) }, account);
      else await align(connection, { clone: other, base: account }, account);
    }
    await changePasswords(
      connection,
      inUse.map((account) => {
        const stored = existing.find(({ host }) => host === account.host)?.stored ?? [];
        return { user: to, host: account.host, plugin: account.plugin, stored };
      }),
      password,
    );
    // Not before: the password that was there until now may be older than the new rule allows.
    for (const { account, other } of pairs) {
      if (to === base || account.expiry === other.expiry) continue;
      await connection.query(`ALTER USER ${accountOf(other)} ${account.expiry}`);
    }
  });
}

/** An account of the base user is not ours to drop, and without a counterpart its clients would be shut out by the new password. */
function refuseSurplus(surplus: readonly Account[], from: string): void {
  const [account] = surplus;
  if (account === undefined) return;
  const missing = accountOf({ user: from, host: account.host });
  throw new PermissionError(`${accountOf(account)} exists, ${missing} does not`, {
    code: 'PRIVILEGES_DIFFER',
    hint: 'make an account of that host for the other user too, or drop this one; then rotate again',
  });
}

/** What it may have been given since it was read. */
async function again(connection: Connection, { user, host }: AccountName): Promise<Account> {
  const account = (await readAccounts(connection, user)).find((each) => each.host === host);
  if (account === undefined) throw unknownUser(user, connection);
  return account;
}

async function make(connection: Connection, to: AccountName, model: Account): Promise<void> {
  const nobodys = await identifiedBy(connection, model, undefined);
  await connection.query(`CREATE USER ${accountOf(to)} ${nobodys} ${model.options} ${model.expiry} ${model.lock}`);
  await alignRights(connection, model, to);
  await setDefaultRoles(connection, model.defaultRoles, to, []);
}

/**
 * All but the lock is the base user's. That one is of the user in use, for the other is about to be. A rule for the age of
 * passwords waits for the account's next one: it would expire the one in use.
 */
async function align(
  connection: Connection,
  { clone, base }: { readonly clone: Account; readonly base: Account },
  inUse: Account,
): Promise<void> {
  if (clone.options !== base.options || clone.lock !== inUse.lock) {
    await connection.query(`ALTER USER ${accountOf(clone)} ${base.options} ${inUse.lock}`);
  }
  if (base.lock !== inUse.lock) await connection.query(`ALTER USER ${accountOf(base)} ${inUse.lock}`);
  await alignRights(connection, base, clone);
  await setDefaultRoles(connection, base.defaultRoles, clone, clone.defaultRoles);
}
