/**
 * What ties two users into a pair. Names do not: whoever knows the password of x_clone would be given that of x. A role does,
 * for only administrators of users give roles. It is `read` on a database that does not exist and is named for the pair, because
 * DocumentDB keeps no `customData`, and because it comes with the same command that makes the user.
 */
import { createHash } from 'node:crypto';
import type { Document } from 'mongodb';
import type { TargetMismatchError } from '../../rotation/errors.ts';
import { nothingTies } from '../user-errors.ts';
import type { Connection } from './connection.ts';

export interface RoleName {
  readonly role: string;
  readonly db: string;
}

/** Database names have at most 63 bytes and few characters: https://www.mongodb.com/docs/manual/reference/limits/#naming-restrictions */
const PLAIN = /^[\w-]{1,57}$/;

/** The role that both users of the pair have. */
export function tieOf(base: string): RoleName {
  if (PLAIN.test(base)) return { role: 'read', db: `rekey_${base}` };
  // With another sign behind `rekey`, so that no plain name gives the same.
  return { role: 'read', db: `rekey-${createHash('sha256').update(base).digest('hex').slice(0, 32)}` };
}

export function isTied(user: Document, base: string): boolean {
  const tie = tieOf(base);
  return rolesOf(user).some((role) => isSame(role, tie));
}

export function noPair({ database }: Connection, base: string, users: readonly Document[]): TargetMismatchError {
  const text = JSON.stringify;
  const { role, db } = tieOf(base);
  const adopt = users
    .filter((user) => !isTied(user, base))
    .map(
      ({ user }) =>
        `db.getSiblingDB(${text(database)}).grantRolesToUser(${text(user)}, [{ role: ${text(role)}, db: ${text(db)} }])`,
    );
  return nothingTies(
    users.map(({ user }) => user),
    `run ${adopt.join('; ')}`,
  );
}

export function rolesOf({ roles }: Document): RoleName[] {
  return (roles ?? []).map(({ role, db }: RoleName) => ({ role, db }));
}

/** Each once. */
export function union(...lists: readonly (readonly RoleName[])[]): RoleName[] {
  const all = lists.flat();
  return all.filter((role, at) => all.findIndex((other) => isSame(role, other)) === at);
}

/** As sets. */
export function haveSameRoles(a: readonly RoleName[], b: readonly RoleName[]): boolean {
  return a.length === b.length && a.every((one) => b.some((other) => isSame(one, other)));
}

function isSame(a: RoleName, b: RoleName): boolean {
  return a.role === b.role && a.db === b.db;
}
