/**
 * Brings the other user of an alternating pair into line. Redshift's users cannot act as one another, so whatever was granted to the
 * base user by name, and its groups and roles, are given to the clone by name; what goes beyond them is taken away. The base is the
 * model, whichever of the two is in use: what it was given, or lost, reaches both.
 */
import pg from 'pg';
import { InvalidSecretError } from '../../rotation/errors.ts';
import type { PairProof } from '../engine.ts';
import type { Pair, PairNames, PairUsers } from '../pair.ts';
import { bringIntoLine, cloneOf } from '../pair.ts';
import type { Connection, Transaction } from '../postgres/connection.ts';
import { grantStatement } from '../postgres/grants.ts';
import { provenByLogin } from '../proven-by-login.ts';
import { alignAttributes, alignMemberships, alignRights, keyOf } from './align.ts';
import { grantsTo } from './grants.ts';
import { isTied, noPair, tie } from './pair.ts';
import { repeatedly } from './repeatedly.ts';
import { alterPassword, digestLiteral } from './set-password.ts';
import type { User } from './user.ts';
import { mayLogIn, readUser, requireSpelling } from './user.ts';

const quoted = pg.escapeIdentifier;

/** All or nothing. `logIn` as `to`, with a password that the secret has for it. */
export function cloneUser(
  connection: Connection,
  names: PairNames,
  { password, proof }: { readonly password: string; readonly proof: PairProof },
  logIn: (password: string) => Promise<void>,
): Promise<void> {
  const port = {
    proves: provenByLogin(logIn),
    atOnce: <T>(work: (users: PairUsers<User>) => Promise<T>) =>
      repeatedly(connection, async (transaction) => {
        await requireSpelling(transaction, names.from);
        return work(usersIn(transaction, names, password));
      }),
  };
  return bringIntoLine(port, names, proof);
}

function usersIn(transaction: Transaction, names: PairNames, password: string): PairUsers<User> {
  const { to, base } = names;
  const clone = cloneOf(names);
  return {
    read: (name) => readUser(transaction, name),
    unknownUser: (name) => unknownUser(name, transaction),
    isTied: (pair) => isTied(pair.base, base) && isTied(pair.clone, base),
    noPair: (pair) => noPair(transaction, base, { [base]: pair.base, [clone]: pair.clone }),
    async make(inUse) {
      await make(transaction, names, inUse, password);
      return true;
    },
    giveToBase: (pair) => giveToBase(transaction, base, clone, pair),
    async tie(pair) {
      await tie(transaction, base, base, pair.base);
      await tie(transaction, base, clone, pair.clone);
    },
    async align({ base: model, clone: target, cloneInUse }) {
      const users = { model, target, from: base, to: clone };
      // A base that may not log in is no model for a clone that is in use.
      if (!cloneInUse || (await mayLogIn(transaction, base))) await alignAttributes(transaction, users);
      await alignRights(transaction, users);
    },
    setPassword: () => alterPassword(transaction, to, password),
  };
}

/** Groups, roles and grants by name: what a clone that somebody else made has of its own stays its own while it is in use. */
async function giveToBase(transaction: Transaction, base: string, clone: string, users: Pair<User>): Promise<void> {
  const groups = [...new Set([...users.base.groups, ...users.clone.groups])];
  const held = new Set(users.base.roles.map(({ name }) => name));
  const roles = [...users.base.roles, ...users.clone.roles.filter(({ name }) => !held.has(name))];
  await alignMemberships(transaction, { model: { ...users.base, groups, roles }, target: users.base, to: base });
  const has = new Set((await grantsTo(transaction, base)).map(keyOf));
  for (const grant of await grantsTo(transaction, clone)) {
    if (!has.has(keyOf(grant))) await transaction.query(grantStatement(grant, base));
  }
}

async function make(
  transaction: Transaction,
  { from, to, base }: PairNames,
  inUse: User,
  password: string,
): Promise<void> {
  const model = await tie(transaction, base, from, inUse);
  await transaction.query(`CREATE USER ${quoted(to)} PASSWORD ${digestLiteral(to, password)}`);
  await requireSpelling(transaction, to);
  await alignAttributes(transaction, { model, target: NEW, from, to });
  await alignRights(transaction, { model, target: NEW, from, to });
}

/** What CREATE USER gives by itself. */
const NEW: User = {
  createsDatabases: false,
  isSuperuser: false,
  validUntil: undefined,
  settings: new Map(),
  groups: [],
  roles: [],
};

function unknownUser(name: string, transaction: Transaction): InvalidSecretError {
  return new InvalidSecretError(`user ${name} does not exist where superuser ${transaction.username} looks for it`, {
    hint: 'check that the superuser secret is the one of this cluster or workgroup',
  });
}
