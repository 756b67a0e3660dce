/**
 * Brings the other user of an alternating pair into line. The base user is the model, whichever of the two is in use: what was
 * given to it, or taken from it, reaches both. Each user is made or changed by one command, so nobody meets it half made.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Document } from 'mongodb';
import { InvalidSecretError, PermissionError } from '../../rotation/errors.ts';
import type { Connection } from './connection.ts';
import { codes, isAnswer } from './errors.ts';
import { haveSameRoles, isTied, noPair, rolesOf, tieOf, union } from './pair.ts';
import { findUserWithRestrictions as find, mechanismsOf } from './users.ts';

interface Names {
  readonly from: string;
  readonly to: string;
  readonly base: string;
}

/**
 * Throws TargetMismatchError when the two users are no pair; then nothing changed. `isProven`: does the secret know the password of
 * `to`? Asked only when the two are not tied.
 */
export async function cloneUser(
  connection: Connection,
  names: Names,
  password: string,
  isProven: () => Promise<boolean>,
): Promise<void> {
  const { base } = names;
  let found = await look(connection, names);
  if (found.other === undefined) {
    if (await make(connection, found.inUse, names, password)) return;
    // Made meanwhile, by another delivery of this step or by somebody else.
    found = await look(connection, names);
  }
  if (!isPair(found, base)) {
    const proven = await isProven();
    // Looked at again also when it is not proven: another delivery may have tied them meanwhile, and changed the password.
    found = await look(connection, names);
    if (!proven && !isPair(found, base)) throw noPair(connection, base, usersIn(found));
  }
  const { inUse, other } = found;
  // Dropped by somebody while this ran.
  if (other === undefined) throw noPair(connection, base, [inUse]);
  if (names.to === base) await alignWithBase(connection, { base: other, clone: inUse }, names, password);
  else {
    await tie(connection, inUse, base);
    await connection.command({ updateUser: names.to, pwd: password, ...rightsLike(inUse, base) });
  }
}

/** The clone is in use: it is changed first, and without a password. */
async function alignWithBase(
  connection: Connection,
  users: { base: Document; clone: Document },
  { base }: Names,
  password: string,
): Promise<void> {
  const tied = isTied(users.base, base) && isTied(users.clone, base);
  // What a clone that somebody else made has of its own stays its own while it is in use: the base gets it too.
  const own = tied ? [] : rolesOf(users.clone);
  const roles = union(rolesOf(users.base), own, [tieOf(base)]);
  const restrictions = restrictionsOf(users.base);
  if (!tied) requireNothingLost(users);
  const isAlike =
    haveSameRoles(roles, rolesOf(users.clone)) && isDeepStrictEqual(restrictions, restrictionsOf(users.clone));
  if (!isAlike) await connection.command({ updateUser: users.clone.user, roles, ...restrictions });
  const given = tied ? {} : { roles };
  await connection.command({ updateUser: base, pwd: password, ...given, ...mechanismsOf(users.base) });
}

/** Restrictions cannot be had by both without loss: where the base has some that the clone in use has not, a person decides. */
function requireNothingLost({ base, clone }: { base: Document; clone: Document }): void {
  const [should = [], has = []] = [base, clone].map((user) => user.authenticationRestrictions);
  if (should.length === 0 || isDeepStrictEqual(should, has)) return;
  throw new PermissionError(
    `${clone.user} is in use, and would come under the authenticationRestrictions of ${base.user}`,
    {
      code: 'PRIVILEGES_DIFFER',
      hint: 'give both users the same (updateUser), then rotate again',
    },
  );
}

interface Found {
  readonly inUse: Document;
  readonly other: Document | undefined;
}

/** In this order: whoever makes `to` ties `from` first. */
async function look(connection: Connection, { from, to }: Names): Promise<Found> {
  const other = await find(connection, to);
  const inUse = await find(connection, from);
  if (inUse !== undefined) return { inUse, other };
  throw new InvalidSecretError(`the superuser finds no user ${from} in its authentication database`, {
    hint: 'the superuser and the pair must live in one database: give both secrets the same authSource',
  });
}

/** False when there is such a user by now. */
async function make(connection: Connection, inUse: Document, { to, base }: Names, pwd: string): Promise<boolean> {
  await tie(connection, inUse, base);
  try {
    await connection.command({ createUser: to, pwd, ...rightsLike(inUse, base) });
    return true;
  } catch (error) {
    if (!codes.USER_EXISTS.some((code) => isAnswer(error, code))) throw error;
    return false;
  }
}

async function tie(connection: Connection, user: Document, base: string): Promise<void> {
  if (isTied(user, base)) return;
  await connection.command({ grantRolesToUser: user.user, roles: [tieOf(base)] });
}

/** For a user that is like this one, in the same pair. */
function rightsLike(model: Document, base: string): Document {
  return { roles: union(rolesOf(model), [tieOf(base)]), ...restrictionsOf(model), ...mechanismsOf(model) };
}

const usersIn = ({ inUse, other }: Found): Document[] => (other === undefined ? [inUse] : [inUse, other]);

function isPair(found: Found, base: string): boolean {
  return found.other !== undefined && usersIn(found).every((user) => isTied(user, base));
}

/** An empty list lifts what there was. */
function restrictionsOf({ authenticationRestrictions }: Document): Document {
  return authenticationRestrictions === undefined ? {} : { authenticationRestrictions };
}
