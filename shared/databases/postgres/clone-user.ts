/**
 * Brings the other user of an alternating pair into line. The pair shares one owner: the clone is a member of the base role
 * and acts as it from login on, so whatever either of them makes belongs to the base role, and what the base role may do is
 * what both may do. The base role is the model; the clone is made equal to it, whichever of the two is in use.
 */
import pg from 'pg';
import { advised, TargetMismatchError } from '../../rotation/errors.ts';
import type { PairProof } from '../engine.ts';
import type { Pair, PairNames, PairUsers } from '../pair.ts';
import { bringIntoLine, cloneOf } from '../pair.ts';
import { provenByLogin } from '../proven-by-login.ts';
import { alignAttributes, alignSettings, giveToOwner, membershipIn, shareOwner, takeFromClone, tie } from './align.ts';
import type { NewPassword } from './alter-password.ts';
import { alterPassword } from './alter-password.ts';
import type { Connection, Transaction } from './connection.ts';
import { lacksRight } from './errors.ts';
import { lend } from './lend.ts';
import { nextVerifier } from './next-verifier.ts';
import type { Role } from './role.ts';
import { readRole, unknownUser } from './role.ts';
import { lockUser } from './set-password.ts';
import { keptIn } from './verifier.ts';

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
    atOnce: <T>(work: (users: PairUsers<Role>) => Promise<T>) =>
      connection.transaction('READ WRITE', async (transaction) => {
        const verifier = await nextVerifier(transaction, keptIn(proof));
        await lockUser(transaction, names.base);
        // REASSIGN OWNED locks tables, and whoever wants one waits behind a statement that waits for it.
        await transaction.query("SET LOCAL lock_timeout = '2s'");
        return work(usersIn(transaction, names, { username: names.to, verifier, password }));
      }),
  };
  return bringIntoLine(port, names, proof).catch((error: unknown) => {
    throw lacksRight(error) ? advised(error, mayNeed(names, connection.username)) : error;
  });
}

/** Since PostgreSQL 16 a CREATEROLE superuser may change only the roles that it administers: two here, and the server names one. */
function mayNeed(names: PairNames, superuser: string): string {
  const grant = (role: string) => `GRANT ${quoted(role)} TO ${quoted(superuser)} WITH ADMIN OPTION`;
  const clone = cloneOf(names);
  return `since PostgreSQL 16 it is mostly ${grant(names.base)}; and, if ${clone} exists, ${grant(clone)}`;
}

function usersIn(transaction: Transaction, names: PairNames, next: NewPassword): PairUsers<Role> {
  const { to, base } = names;
  const withRightsOf = ({ base: owner, clone }: Pair<Role>, work: () => Promise<void>) =>
    lend(transaction, [owner.name, clone.name], work);
  const setPassword = () => alterPassword(transaction, next);
  return {
    read: (name) => readRole(transaction, name),
    unknownUser: (name) => unknownUser(name, transaction),
    isTied: ({ base: owner, clone }) => membershipIn(owner, clone) !== undefined,
    noPair: () => noPair(base, cloneOf(names)),

    async make(inUse) {
      const made = fresh(to);
      const pair = {
        ...(to === base ? { base: made, clone: inUse } : { base: inUse, clone: made }),
        cloneInUse: false,
      };
      // Since 16: who owns the database may have set that we are to be a member of whatever role we make.
      await transaction.query(
        "SELECT set_config('createrole_self_grant', '', true) WHERE current_setting('createrole_self_grant', true) <> ''",
      );
      await transaction.query(`CREATE ROLE ${quoted(to)} ${inUse.attributes.join(' ')}`);
      await withRightsOf(pair, async () => {
        await alignSettings(transaction, inUse, made);
        if (to === base) await giveToOwner(transaction, made, inUse);
        await shareOwner(transaction, pair.base, pair.clone);
      });
      await setPassword();
      return true;
    },

    giveToBase: (pair) => withRightsOf(pair, () => giveToOwner(transaction, pair.base, pair.clone)),
    tie: ({ base: owner, clone }) => tie(transaction, owner, clone),

    async align(pair) {
      const { base: owner, clone, cloneInUse } = pair;
      await withRightsOf(pair, async () => {
        // A base role that may not log in is no model for a clone that is in use.
        if (!cloneInUse || owner.mayLogIn) await alignAttributes(transaction, owner, clone);
        await alignSettings(transaction, owner, clone);
        // A clone that AWS's template made acts as itself. While it is in use, nothing that it can use may be lost.
        if (cloneInUse && clone.actsAs === undefined) await giveToOwner(transaction, owner, clone);
        else await takeFromClone(transaction, owner, clone);
        await shareOwner(transaction, owner, clone);
      });
    },

    setPassword,
  };
}

/** Another user may have the name that a clone would have. Nobody is given its password, or its rights, for that. */
function noPair(base: string, clone: string): TargetMismatchError {
  return new TargetMismatchError(`users ${base} and ${clone} exist, and nothing tells that they are a pair`, {
    hint: `if they are, GRANT ${quoted(base)} TO ${quoted(clone)}; if not, one of them must have another name`,
  });
}

/** What CREATE ROLE gives by itself. */
function fresh(name: string): Role {
  return { name, attributes: [], mayLogIn: false, settings: [], actsAs: undefined, memberOf: [] };
}
