/**
 * Brings the other user of an alternating pair into line. Redshift's users cannot act as one another, so whatever was granted to the
 * base user by name, and its groups and roles, are given to the clone by name; what goes beyond them is taken away. The base is the
 * model, whichever of the two is in use: what it was given, or lost, reaches both.
 */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { PermissionError } from '../../rotation/errors.ts';
import type { PairProof } from '../engine.ts';
import type { Pair, PairNames, PairUsers } from '../pair.ts';
import { bringIntoLine, cloneOf } from '../pair.ts';
import type { Connection, Transaction } from '../postgres/connection.ts';
import { provenByLogin } from '../proven-by-login.ts';
import { unknownUser } from '../user-errors.ts';
import { alignAttributes, alignMemberships, alignRights, give } from './align.ts';
import type { Waiting } from './alone.ts';
import { grantsTo } from './grants.ts';
import { isTied, noPair, tie } from './pair.ts';
import { ask } from './question.ts';
import { repeatedly } from './repeatedly.ts';
import { alterPassword, digestLiteral } from './set-password.ts';
import type { User } from './user.ts';
import { mayLogIn, spellingOf, userNamed } from './user.ts';

const quoted = pg.escapeIdentifier;
const OTHER_CLUSTER = 'check that the superuser secret is the one of this cluster or workgroup';

/**
 * All or nothing, but for grants that stand in no transaction: they come between two, the first of which ends where it meets them. The
 * password comes last in any case. `logIn` as `to`, with a password that the secret has for it.
 */
export function cloneUser(
  connection: Connection,
  names: PairNames,
  { password, proof }: { readonly password: string; readonly proof: PairProof },
  logIn: (password: string) => Promise<void>,
): Promise<void> {
  const port = {
    proves: provenByLogin(logIn),
    async atOnce<T>(work: (users: PairUsers<User>) => Promise<T>): Promise<T> {
      for (let turn = 1; ; turn++) {
        const [result, waiting] = await repeatedly(connection, async (transaction) => {
          const left: Waiting = [];
          return [await work(usersIn(transaction, names, password, left)), left] as const;
        });
        if (waiting.length === 0) return result;
        if (turn === TURNS) throw takesNothing(waiting);
        for (const statement of waiting) await connection.alone(statement);
      }
    },
  };
  return bringIntoLine(port, names, proof);
}

/** One in which the base is given what only the clone has, one in which the clone is made like the base, one for the password. */
const TURNS = 3;

/** Once something is `waiting`, nothing else happens in this transaction: what comes after builds on it. */
function usersIn(transaction: Transaction, names: PairNames, password: string, waiting: Waiting): PairUsers<User> {
  const { to, base } = names;
  const clone = cloneOf(names);
  return {
    async read({ from }) {
      const [, other, inUse] = await ask(transaction, spellingOf(from), userNamed(to), userNamed(from));
      return { other, inUse };
    },
    unknownUser: (name) => unknownUser(name, transaction, OTHER_CLUSTER),
    isTied: (pair) => isTied(pair.base, base) && isTied(pair.clone, base),
    noPair: (pair) => noPair(transaction, base, { [base]: pair.base, [clone]: pair.clone }),
    async make(inUse) {
      await make(transaction, names, inUse, password, waiting);
      return true;
    },
    giveToBase: (pair) => giveToBase(transaction, { base, clone }, pair, waiting),
    async tie(pair) {
      if (waiting.length > 0) return;
      await tie(transaction, base, base, pair.base);
      await tie(transaction, base, clone, pair.clone);
    },
    async align({ base: model, clone: target, cloneInUse }) {
      if (waiting.length > 0) return;
      const users = { model, target, from: base, to: clone };
      // A base that may not log in is no model for a clone that is in use.
      if (!cloneInUse || mayLogIn(model)) await alignAttributes(transaction, users);
      await alignRights(transaction, users, waiting);
    },
    async setPassword() {
      if (waiting.length === 0) await alterPassword(transaction, to, password);
    },
  };
}

/** Groups, roles and grants by name: what a clone that somebody else made has of its own stays its own while it is in use. */
async function giveToBase(
  transaction: Transaction,
  { base, clone }: { readonly base: string; readonly clone: string },
  users: Pair<User>,
  waiting: Waiting,
): Promise<void> {
  const groups = [...new Set([...users.base.groups, ...users.clone.groups])];
  const held = new Set(users.base.roles.map(({ name }) => name));
  const roles = [...users.base.roles, ...users.clone.roles.filter(({ name }) => !held.has(name))];
  await alignMemberships(transaction, { model: { ...users.base, groups, roles }, target: users.base, to: base });
  await give(transaction, await grantsTo(transaction, clone), base, waiting);
}

async function make(
  transaction: Transaction,
  { from, to, base }: PairNames,
  inUse: User,
  password: string,
  waiting: Waiting,
): Promise<void> {
  const model = await tie(transaction, base, from, inUse);
  await transaction.query(`CREATE USER ${quoted(to)} PASSWORD ${digestLiteral(to, password)}`);
  await ask(transaction, spellingOf(to));
  await alignAttributes(transaction, { model, target: NEW, from, to });
  await alignRights(transaction, { model, target: NEW, from, to }, waiting);
  // One that nobody knows, until all rights are there.
  if (waiting.length > 0) await alterPassword(transaction, to, randomBytes(24).toString('base64url'));
}

/** What CREATE USER gives by itself. */
const NEW: User = {
  createsDatabases: false,
  isSuperuser: false,
  validUntil: undefined,
  isExpired: false,
  settings: new Map(),
  groups: [],
  roles: [],
  limits: { connections: 'UNLIMITED', syslog: 'RESTRICTED', sessionTimeout: '0' },
};

function takesNothing(waiting: Waiting): PermissionError {
  return new PermissionError(`Redshift says nothing to ${waiting[0]}, and does nothing`, {
    hint: 'run it by hand as a superuser and see what it changes',
  });
}
