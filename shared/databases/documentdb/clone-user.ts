/**
 * Brings the other user of an alternating pair into line. The base user is the model, whichever of the two is in use: what was
 * given to it, or taken from it, reaches both. Nothing is locked meanwhile: each change is one command that may be repeated, and the
 * other user gets its password with the last one.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Document } from 'mongodb';
import { PermissionError } from '../../rotation/errors.ts';
import type { PairProof } from '../engine.ts';
import type { Pair, PairNames, PairPort, PairUsers } from '../pair.ts';
import { bringIntoLine, oneByOne, requirePair } from '../pair.ts';
import { provenByLogin } from '../proven-by-login.ts';
import { unknownUser } from '../user-errors.ts';
import type { Connection } from './connection.ts';
import { codes, isAnswer } from './errors.ts';
import { haveSameRoles, isTied, noPair, rolesOf, tieOf, union } from './pair.ts';
import { findUserWithRestrictions, mechanismsOf, requireMayChange } from './users.ts';

const ONE_DATABASE = 'the superuser and the pair must live in one database: give both secrets the same authSource';

/** `logIn` as `to`, with a password that the secret has for it. */
export function cloneUser(
  connection: Connection,
  names: PairNames,
  { password, proof }: { readonly password: string; readonly proof: PairProof },
  logIn: (password: string) => Promise<void>,
): Promise<void> {
  return bringIntoLine(portOf(connection, names, password, logIn), names, proof);
}

/** Throws what `cloneUser` would before it changes anything, or for want of a right to give what the base user has, and changes nothing. */
export async function requireClonable(
  connection: Connection,
  names: PairNames,
  proof: PairProof,
  logIn: (password: string) => Promise<void>,
): Promise<void> {
  await requirePair(portOf(connection, names, '', logIn), names, proof);
  const { base, from } = names;
  const model =
    (await findUserWithRestrictions(connection, base)) ?? (await findUserWithRestrictions(connection, from));
  const roles = union(rolesOf(model ?? {}), [tieOf(base)]);
  await requireMayChange(connection, (nobody) => ({ grantRolesToUser: nobody, roles }));
}

function portOf(
  connection: Connection,
  names: PairNames,
  password: string,
  logIn: (password: string) => Promise<void>,
): PairPort<Document> {
  const users = usersOf(connection, names, password);
  return { atOnce: (work) => work(users), proves: provenByLogin(logIn) };
}

function usersOf(connection: Connection, { to, base }: PairNames, pwd: string): PairUsers<Document> {
  const tie = async (user: Document) => {
    if (!isTied(user, base)) await give(connection, user, [tieOf(base)]);
  };
  return {
    read: oneByOne((name) => findUserWithRestrictions(connection, name)),
    unknownUser: (name) => unknownUser(name, connection, ONE_DATABASE),
    isTied: (pair) => isTied(pair.base, base) && isTied(pair.clone, base),
    noPair: (pair) => noPair(connection, base, [pair.base, pair.clone]),

    async make(inUse) {
      await tie(inUse);
      const roles = union(rolesOf(inUse), [tieOf(base)]);
      try {
        await connection.command({ createUser: to, pwd, roles, ...restrictionsOf(inUse), ...mechanismsOf(inUse) });
        return true;
      } catch (error) {
        if (!codes.USER_EXISTS.some((code) => isAnswer(error, code))) throw error;
        return false;
      }
    },

    async giveToBase(pair) {
      requireNothingLost(pair);
      await give(connection, pair.base, rolesOf(pair.clone));
    },
    async tie(pair) {
      await tie(pair.clone);
      await tie(pair.base);
    },

    async align({ base: model, clone, cloneInUse }) {
      // The other way round, all comes with the password: nobody meets the clone half made.
      if (!cloneInUse || isAlike(model, clone)) return;
      await connection.command({ updateUser: clone.user, roles: rolesOf(model), ...restrictionsOf(model) });
    },
    async setPassword({ base: model, cloneInUse }) {
      const rights = cloneInUse ? {} : { roles: rolesOf(model), ...restrictionsOf(model) };
      await connection.command({ updateUser: to, pwd, ...rights, ...mechanismsOf(model) });
    },
  };
}

async function give(connection: Connection, user: Document, roles: Document[]): Promise<void> {
  if (roles.length > 0) await connection.command({ grantRolesToUser: user.user, roles });
}

function isAlike(model: Document, clone: Document): boolean {
  return (
    haveSameRoles(rolesOf(model), rolesOf(clone)) && isDeepStrictEqual(restrictionsOf(model), restrictionsOf(clone))
  );
}

/** Restrictions cannot be had by both without loss: where the base has some that the clone in use has not, a person decides. */
function requireNothingLost({ base, clone }: Pair<Document>): void {
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

/** An empty list lifts what there was. */
function restrictionsOf({ authenticationRestrictions }: Document): Document {
  return authenticationRestrictions === undefined ? {} : { authenticationRestrictions };
}
