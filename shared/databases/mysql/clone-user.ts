/**
 * Brings the two users of an alternating pair into line, both ways. The base user, the one without `_clone`, is the model: what it
 * lost, the clone loses, whichever of the two is in use. Changes of accounts are no transactions, so the password comes last, for
 * all hosts in one statement: a half-made user has no password of this rotation, and the repeat of the step completes it.
 */
import { PermissionError } from '../../rotation/errors.ts';
import type { PairProof } from '../engine.ts';
import type { Pair, PairNames, PairPort, PairUsers } from '../pair.ts';
import { bringIntoLine, cloneOf, requirePair } from '../pair.ts';
import { unknownUser } from '../user-errors.ts';
import type { Account } from './accounts.ts';
import { readAccounts } from './accounts.ts';
import { adopt } from './adopt.ts';
import { alignRights, requireMayAlign } from './align-rights.ts';
import type { Connection } from './connection.ts';
import { setDefaultRoles } from './default-roles.ts';
import type { Lock } from './lock.ts';
import { holdAccounts } from './lock.ts';
import { isTied, noPair, provenByHash, requireOwn, tie } from './pair.ts';
import type { AccountName } from './quoting.ts';
import { accountOf } from './quoting.ts';
import { changePasswords } from './set-password.ts';
import { identifiedBy } from './verifier.ts';

/** All accounts of one name. */
type User = readonly Account[];

interface Course {
  readonly proof: PairProof;
  /** What is held is added. Whoever closes the session gives back what would outlive it. */
  readonly locks: Lock[];
}

/** The accounts stay locked until the session closes: to give the lock back would cost a round trip. */
export function cloneUser(
  connection: Connection,
  names: PairNames,
  { password, proof, locks }: Course & { readonly password: string },
): Promise<void> {
  return bringIntoLine(portOf(connection, names, password, locks), names, proof);
}

/** Throws what `cloneUser` would before it changes anything, or for want of a right to give or take, and changes nothing. */
export async function requireClonable(
  connection: Connection,
  names: PairNames,
  { proof, locks }: Course,
): Promise<void> {
  await requirePair(portOf(connection, names, '', locks), names, proof);
  const [base, clone] = [
    await readAccounts(connection, [names.base]),
    await readAccounts(connection, [cloneOf(names)]),
  ];
  const [models, others] = base.length > 0 ? [base, clone] : [clone, base];
  for (const model of models) {
    await requireMayAlign(
      connection,
      model,
      others.find(({ host }) => host === model.host),
    );
  }
}

function portOf(connection: Connection, names: PairNames, password: string, locks: Lock[]): PairPort<User> {
  const users = usersOf(connection, names, password);
  return {
    async atOnce(work) {
      locks.push(await holdAccounts(connection, names.base));
      return work(users);
    },
    async proves(other, others) {
      // Of the look before: nobody waits while stored versions are read.
      await locks.pop()?.release();
      return provenByHash(other, others);
    },
  };
}

function usersOf(connection: Connection, { from, to, base }: PairNames, password: string): PairUsers<User> {
  return {
    async read() {
      const both = await readAccounts(connection, [from, to], isTied(connection, base));
      const [inUse, other] = [from, to].map((name) => both.filter(({ user }) => user === name));
      return { inUse: unlessNone(inUse), other: unlessNone(other) };
    },
    unknownUser: (name) => unknownUser(name, connection),
    requireOwn: (inUse, login) => requireOwn(connection, inUse, login),
    isTied: ({ base: [account] }) => account?.holds === true,
    noPair: () => noPair(from, to, base),

    async make(inUse) {
      if (!inUse.some(({ holds }) => holds)) await tie(connection, base);
      for (const account of inUse) await make(connection, { user: to, host: account.host }, account);
      await changePasswords(connection, targetsOf(inUse, [], to), password);
      return true;
    },

    async giveToBase(pair) {
      requireCounterparts(pair, from);
      await adopt(connection, byHost(pair));
    },
    tie: () => tie(connection, base),

    async align(pair) {
      const { base: model, clone, cloneInUse } = pair;
      if (cloneInUse) requireCounterparts(pair, from);
      else for (const account of without(clone, model)) await connection.query(`DROP USER ${accountOf(account)}`);
      const [inUse, other] = cloneInUse ? [clone, model] : [model, clone];
      for (const account of without(inUse, other)) await make(connection, { user: to, host: account.host }, account);
      for (const both of byHost(pair)) await align(connection, both, cloneInUse ? both.clone : both.base);
    },

    async setPassword(pair) {
      const [inUse, other] = pair.cloneInUse ? [pair.clone, pair.base] : [pair.base, pair.clone];
      await changePasswords(connection, targetsOf(inUse, other, to), password);
      if (pair.cloneInUse) return;
      // Not before: the password that was there until now may be older than the new rule allows.
      for (const { clone, base: model } of byHost(pair)) {
        if (clone.expiry !== model.expiry) await connection.query(`ALTER USER ${accountOf(clone)} ${model.expiry}`);
      }
    },
  };
}

const unlessNone = (user: User = []) => (user.length === 0 ? undefined : user);

/** Accounts of hosts where the other user has none. */
function without(accounts: User, other: User): User {
  return accounts.filter(({ host }) => !other.some((account) => account.host === host));
}

function byHost({ base, clone }: Pair<User>): { base: Account; clone: Account }[] {
  return base.flatMap((account) => {
    const other = clone.find(({ host }) => host === account.host);
    return other === undefined ? [] : [{ base: account, clone: other }];
  });
}

/** The accounts that `to` has in the end, and what is kept of their passwords now. They log in as those of the user in use do. */
function targetsOf(inUse: User, other: User, to: string) {
  return inUse.map((account) => {
    const stored = other.find(({ host }) => host === account.host)?.stored ?? [];
    return { ...account, user: to, stored };
  });
}

/** An account of the base user is not ours to drop, and without a counterpart its clients would be shut out by the new password. */
function requireCounterparts({ base, clone }: Pair<User>, from: string): void {
  const [account] = without(base, clone);
  if (account === undefined) return;
  const missing = accountOf({ user: from, host: account.host });
  throw new PermissionError(`${accountOf(account)} exists, ${missing} does not`, {
    code: 'PRIVILEGES_DIFFER',
    hint: 'make an account of that host for the other user too, or drop this one; then rotate again',
  });
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
