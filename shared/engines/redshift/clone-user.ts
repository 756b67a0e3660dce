/**
 * Brings the other user of an alternating pair into line. Redshift's users cannot act as one another, so whatever was granted to the
 * base user by name, and its groups and roles, are given to the clone by name; what goes beyond them is taken away. The base is the
 * model, whichever of the two is in use: what it was given, or lost, reaches both.
 */
import pg from 'pg';
import { InvalidSecretError, type TargetMismatchError } from '../../rotation/errors.ts';
import type { Connection, Transaction } from '../postgres/connection.ts';
import { grantStatement } from '../postgres/grants.ts';
import { alignAttributes, alignMemberships, alignRights, keyOf, type Users } from './align.ts';
import { grantsTo } from './grants.ts';
import { isTied, noPair, tie } from './pair.ts';
import { repeatedly } from './repeatedly.ts';
import { alterPassword, digestLiteral } from './set-password.ts';
import type { User } from './user.ts';
import { mayLogIn, readUser, requireSpelling } from './user.ts';

const quoted = pg.escapeIdentifier;

interface Names {
  readonly from: string;
  readonly to: string;
  readonly base: string;
}

/**
 * All or nothing. Throws TargetMismatchError when the two users are no pair. `isProven`: does the secret know the password of `to`?
 * Asked only when the two are not tied.
 */
export async function cloneUser(
  connection: Connection,
  names: Names,
  password: string,
  isProven: () => Promise<boolean>,
): Promise<void> {
  if ((await tryToAlign(connection, names, password, false)) === undefined) return;
  // Looked at again also when it is not proven: another delivery may have tied them meanwhile, and changed the password.
  const refusal = await tryToAlign(connection, names, password, await isProven());
  if (refusal !== undefined) throw refusal;
}

/** Gives the reason when the two are no pair; then nothing changed. */
async function tryToAlign(
  connection: Connection,
  names: Names,
  password: string,
  isProven: boolean,
): Promise<TargetMismatchError | undefined> {
  const { from, to, base } = names;
  let refusal: TargetMismatchError | undefined;
  await repeatedly(connection, async (transaction) => {
    refusal = undefined;
    await requireSpelling(transaction, from);
    // In this order: whoever makes `to` ties `from` first.
    const other = await readUser(transaction, to);
    const inUse = await readUser(transaction, from);
    if (inUse === undefined) throw unknownUser(from, transaction);
    if (other === undefined) {
      await make(transaction, names, inUse, password);
      return;
    }
    const [clone, model, target] = to === base ? [from, other, inUse] : [to, inUse, other];
    const users = { model, target, from: base, to: clone };
    const tied = isTied(model, base) && isTied(target, base);
    if (tied) await align(transaction, users, names);
    else if (isProven) await align(transaction, await adopt(transaction, users, names), names);
    else {
      refusal = await noPair(transaction, base, { [base]: model, [clone]: target });
      return;
    }
    await alterPassword(transaction, to, password);
  });
  return refusal;
}

async function align(transaction: Transaction, users: Users, { to, base }: Names): Promise<void> {
  // A base that may not log in is no model for a clone that is in use.
  if (to !== base || (await mayLogIn(transaction, base))) await alignAttributes(transaction, users);
  await alignRights(transaction, users);
}

/** What a clone that somebody else made has of its own stays its own while it is in use: the base gets it too. */
async function adopt(transaction: Transaction, users: Users, { to, base }: Names): Promise<Users> {
  const model = to === base ? await giveToBase(transaction, users) : users.model;
  return { ...users, model: await tie(transaction, base, base, model) };
}

/** Groups, roles and grants by name. Gives the base as it is then. */
async function giveToBase(transaction: Transaction, { model, target, from, to }: Users): Promise<User> {
  const groups = [...new Set([...model.groups, ...target.groups])];
  const held = new Set(model.roles.map(({ name }) => name));
  const roles = [...model.roles, ...target.roles.filter(({ name }) => !held.has(name))];
  const whole = { ...model, groups, roles };
  await alignMemberships(transaction, { model: whole, target: model, to: from });
  const has = new Set((await grantsTo(transaction, from)).map(keyOf));
  for (const grant of await grantsTo(transaction, to)) {
    if (!has.has(keyOf(grant))) await transaction.query(grantStatement(grant, from));
  }
  return whole;
}

async function make(transaction: Transaction, { from, to, base }: Names, inUse: User, password: string): Promise<void> {
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
