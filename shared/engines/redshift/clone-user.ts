/**
 * Brings the other user of an alternating pair into line. Redshift's users cannot act as one another, so whatever was granted to the
 * base user by name, and its groups and roles, are given to the clone by name; what goes beyond them is taken away. The base is the
 * model, whichever of the two is in use: what it was given, or lost, reaches both.
 */
import pg from 'pg';
import { InvalidSecretError, type TargetMismatchError } from '../../rotation/errors.ts';
import type { Connection } from '../postgres/connection.ts';
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
  await repeatedly(connection, async () => {
    refusal = undefined;
    await requireSpelling(connection, from);
    // In this order: whoever makes `to` ties `from` first.
    const other = await readUser(connection, to);
    const inUse = await readUser(connection, from);
    if (inUse === undefined) throw unknownUser(from, connection);
    if (other === undefined) {
      await make(connection, names, inUse, password);
      return;
    }
    const [clone, model, target] = to === base ? [from, other, inUse] : [to, inUse, other];
    const users = { model, target, from: base, to: clone };
    const tied = isTied(model, base) && isTied(target, base);
    if (tied) await align(connection, users, names);
    else if (isProven) await align(connection, await adopt(connection, users, names), names);
    else {
      refusal = await noPair(connection, base, { [base]: model, [clone]: target });
      return;
    }
    await alterPassword(connection, to, password);
  });
  return refusal;
}

async function align(connection: Connection, users: Users, { to, base }: Names): Promise<void> {
  // A base that may not log in is no model for a clone that is in use.
  if (to !== base || (await mayLogIn(connection, base))) await alignAttributes(connection, users);
  await alignRights(connection, users);
}

/** What a clone that somebody else made has of its own stays its own while it is in use: the base gets it too. */
async function adopt(connection: Connection, users: Users, { to, base }: Names): Promise<Users> {
  const model = to === base ? await giveToBase(connection, users) : users.model;
  return { ...users, model: await tie(connection, base, base, model) };
}

/** Groups, roles and grants by name. Gives the base as it is then. */
async function giveToBase(connection: Connection, { model, target, from, to }: Users): Promise<User> {
  const groups = [...new Set([...model.groups, ...target.groups])];
  const held = new Set(model.roles.map(({ name }) => name));
  const roles = [...model.roles, ...target.roles.filter(({ name }) => !held.has(name))];
  const whole = { ...model, groups, roles };
  await alignMemberships(connection, { model: whole, target: model, to: from });
  const has = new Set((await grantsTo(connection, from)).map(keyOf));
  for (const grant of await grantsTo(connection, to)) {
    if (!has.has(keyOf(grant))) await connection.query(grantStatement(grant, from));
  }
  return whole;
}

async function make(connection: Connection, { from, to, base }: Names, inUse: User, password: string): Promise<void> {
  const model = await tie(connection, base, from, inUse);
  await connection.query(`CREATE USER ${quoted(to)} PASSWORD ${digestLiteral(to, password)}`);
  await requireSpelling(connection, to);
  await alignAttributes(connection, { model, target: NEW, from, to });
  await alignRights(connection, { model, target: NEW, from, to });
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

function unknownUser(name: string, connection: Connection): InvalidSecretError {
  return new InvalidSecretError(`user ${name} does not exist where superuser ${connection.username} looks for it`, {
    hint: 'check that the superuser secret is the one of this cluster or workgroup',
  });
}
