/**
 * Brings the other user of an alternating pair into line. The pair shares one owner: the clone is a member of the base role
 * and acts as it from login on, so whatever either of them makes belongs to the base role, and what the base role may do is
 * what both may do. The base role is the model; the clone is made equal to it, whichever of the two is in use.
 */
import pg from 'pg';
import type { PairProof } from '../engine.ts';
import type { Pair, PairNames, PairUsers } from '../pair.ts';
import { bringIntoLine, cloneOf } from '../pair.ts';
import { provenByLogin } from '../proven-by-login.ts';
import { nothingTies, unknownUser } from '../user-errors.ts';
import type { Statement } from './align.ts';
import {
  alignAttributes,
  alignOwn,
  alignSettings,
  giveToOwner,
  membershipIn,
  reassign,
  shareOwner,
  tie,
} from './align.ts';
import type { NewPassword } from './alter-password.ts';
import { alterPassword } from './alter-password.ts';
import type { Connection, Row, Transaction } from './connection.ts';
import { lacksRight } from './errors.ts';
import { GRANTS_PARAMETERS } from './grants.ts';
import { tellingWhatLacks } from './lacking.ts';
import { lend } from './lend.ts';
import { nextVerifier, VERIFIER_SETTINGS } from './next-verifier.ts';
import type { Role } from './role.ts';
import { NO_SUCH_ROLE, readRoles } from './role.ts';
import { lockOf } from './set-password.ts';
import { keptIn } from './verifier.ts';

const quoted = pg.escapeIdentifier;

export interface Cloning {
  readonly password: string;
  readonly proof: PairProof;
  /** Looks at what was done, before it stays. */
  readonly look?: (transaction: Transaction, server: Row, names: PairNames) => Promise<void>;
}

/** All or nothing. `logIn` as `to`, with a password that the secret has for it. */
export function cloneUser(
  connection: Connection,
  names: PairNames,
  { password, proof, look }: Cloning,
  logIn: (password: string) => Promise<void>,
): Promise<void> {
  const port = {
    proves: provenByLogin(logIn),
    atOnce: <T>(work: (users: PairUsers<Role>) => Promise<T>) =>
      connection.transaction(
        'READ WRITE',
        async (transaction, server) => {
          const verifier = nextVerifier(server, keptIn(proof));
          const left = await work(usersIn(transaction, server, names, { username: names.to, verifier, password }));
          if (left === undefined) await look?.(transaction, server, names);
          return left;
        },
        // REASSIGN OWNED locks tables, and whoever wants one waits behind a statement that waits for it.
        `${lockOf(names.base)}; SET LOCAL lock_timeout = '2s'; SELECT ${VERIFIER_SETTINGS}, ${GRANTS_PARAMETERS}`,
      ),
  };
  return bringIntoLine(port, names, proof).catch(async (error: unknown) => {
    throw lacksRight(error) ? await tellingWhatLacks(error, connection, names) : error;
  });
}

function usersIn(transaction: Transaction, server: Row, names: PairNames, next: NewPassword): PairUsers<Role> {
  const { from, to, base } = names;
  const send = async (statements: readonly Statement[]) => {
    const together = statements.filter((each) => typeof each === 'string');
    if (together.length > 0) await transaction.query(together.join('; '));
    for (const each of statements) if (typeof each !== 'string') await transaction.query(each.alone);
  };
  const change = async ({ base: owner, clone }: Pair<Role>, statements: readonly Statement[], owns = false) => {
    if (statements.length === 0 && !owns) return;
    await lend(transaction, [owner.name, clone.name], async () => {
      await send(statements);
      if (owns) await reassign(transaction, owner.name, clone.name);
    });
  };
  const setPassword = () => alterPassword(transaction, next);
  return {
    async read() {
      const roles = await readRoles(transaction, server, [from, to]);
      return { inUse: roles.get(from), other: roles.get(to) };
    },
    unknownUser: (name) => unknownUser(name, transaction, NO_SUCH_ROLE),
    isTied: ({ base: owner, clone }) => membershipIn(owner, clone) !== undefined,
    noPair: () => nothingTies([base, cloneOf(names)], `GRANT ${quoted(base)} TO ${quoted(cloneOf(names))}`),

    async make(inUse) {
      const made = fresh(to);
      const pair = {
        ...(to === base ? { base: made, clone: inUse } : { base: inUse, clone: made }),
        cloneInUse: false,
      };
      // Since 16: who owns the database may have set that we are to be a member of whatever role we make.
      await transaction.query(
        `SELECT set_config('createrole_self_grant', '', true) WHERE current_setting('createrole_self_grant', true) <> '';
         CREATE ROLE ${quoted(to)} ${inUse.attributes.join(' ')}`,
      );
      const statements = [
        ...alignSettings(inUse, made),
        ...(to === base ? giveToOwner(made, inUse) : []),
        ...shareOwner(pair.base, pair.clone),
      ];
      await change(pair, statements, pair.clone.owns);
      await setPassword();
      return true;
    },

    giveToBase: (pair) => change(pair, giveToOwner(pair.base, pair.clone)),
    tie: ({ base: owner, clone }) => send(tie(owner, clone)),

    align(pair) {
      const { base: owner, clone, cloneInUse } = pair;
      const statements = [
        // A base role that may not log in is no model for a clone that is in use.
        ...(!cloneInUse || owner.mayLogIn ? alignAttributes(owner, clone) : []),
        ...alignSettings(owner, clone),
        ...alignOwn(pair),
        ...shareOwner(owner, clone),
      ];
      return change(pair, statements, clone.owns);
    },

    setPassword,
  };
}

/** What CREATE ROLE gives by itself. */
function fresh(name: string): Role {
  return {
    name,
    attributes: [],
    mayLogIn: false,
    settings: [],
    actsAs: undefined,
    memberOf: [],
    grants: [],
    owns: false,
  };
}
