/**
 * Who is a pair, and what then. It is a security policy: a superuser gives the other user of a pair a new password and the rights of
 * the first, on the word of a secret. Names prove nothing, for whoever knows the password of `x_clone` would be given that of `x`.
 * Two users are a pair when the server says so (they are tied, by what only administrators can make), or when the secret knows the
 * passwords of both (proven). The base user is the model, whichever of the two is in use.
 */
import type { TargetMismatchError } from '../rotation/errors.ts';
import type { PairProof, ProvenLogin } from './engine.ts';

export interface PairNames {
  /** The user in use. */
  readonly from: string;
  /** The other one, who gets a password. */
  readonly to: string;
  /** The one of the two that people made. */
  readonly base: string;
}

export const cloneOf = ({ from, to, base }: PairNames) => (to === base ? from : to);

/** Two users that are both there. `User` is what an engine knows of one. */
export interface Pair<User> {
  readonly base: User;
  readonly clone: User;
  /** Then `to` is the base, and the clone must lose nothing that it can use. */
  readonly cloneInUse: boolean;
}

/** Undefined: nobody has this name. */
export interface Found<User> {
  readonly inUse: User | undefined;
  readonly other: User | undefined;
}

/** For engines that look at one user at a time. */
export function oneByOne<User>(readOne: (name: string) => Promise<User | undefined>): PairUsers<User>['read'] {
  return async ({ from, to }) => {
    const other = await readOne(to);
    return { other, inUse: await readOne(from) };
  };
}

/**
 * How an engine lets the rule of pairs at its users.
 *
 * @example
 * await bringIntoLine(port, names, proof);
 */
export interface PairPort<User> {
  /** Makes a look and its act one thing, as far as the engine can: nobody else's change comes between. May call `work` again. */
  atOnce<T>(work: (users: PairUsers<User>) => Promise<T>): Promise<T>;
  /**
   * Do stored passwords open `other`? `others` gives them, newest first. Asked while nothing is held. The answer is for whoever
   * is found under that name afterwards: every account of it must be one that was proven.
   */
  proves(other: User, others: AsyncIterable<string>): Promise<(other: User) => boolean>;
}

/**
 * What an engine does with the users of one pair, for the length of one `atOnce`. All of it may be repeated.
 *
 * @example
 * const { inUse, other } = await users.read(names);
 * if (inUse !== undefined && other === undefined) await users.make(inUse);
 */
export interface PairUsers<User> {
  /** Both as they are now. In two looks the other one comes first: whoever makes it ties the one in use first. */
  read(names: PairNames): Promise<Found<User>>;
  unknownUser(name: string): Error;
  /**
   * Throws TargetMismatchError when the login does not speak for all that has the name of the user in use: its rights go to the other
   * one. Absent where a name is one account, for then it has logged in as that.
   */
  requireOwn?(inUse: User, login: ProvenLogin): void;
  isTied(pair: Pair<User>): boolean | Promise<boolean>;
  /** Says how a person ties the two. */
  noPair(pair: Pair<User>): TargetMismatchError | Promise<TargetMismatchError>;
  /** Makes `to` like `from`, tied to it, with the new password. False, and `to` is untouched, when there is one by now. */
  make(inUse: User): Promise<boolean>;
  /**
   * Before a clone in use is tied: gives the base what only the clone has, so that nothing is lost when the base becomes the model.
   * Throws PermissionError when something would be lost all the same; then nothing changed.
   */
  giveToBase(pair: Pair<User>): Promise<void>;
  tie(pair: Pair<User>): Promise<void>;
  /** Makes the clone what the base is. What is not `to` keeps its password. */
  align(pair: Pair<User>): Promise<void>;
  /** The last change: until then `to` has no password of this rotation. */
  setPassword(pair: Pair<User>): Promise<void>;
}

/** What `DatabaseSession.cloneUser` promises. */
export async function bringIntoLine<User>(port: PairPort<User>, names: PairNames, proof: PairProof): Promise<void> {
  const strangers = await port.atOnce((users) => attempt(users, names, proof, () => false));
  if (strangers === undefined) return;
  const isProven = await port.proves(strangers.other, proof.others());
  // Looked at again also when it is not proven: another delivery may have tied them meanwhile, and changed the password.
  const still = await port.atOnce((users) => attempt(users, names, proof, isProven));
  if (still !== undefined) throw still.refusal;
}

/** Throws what `bringIntoLine` would before it changes anything, and changes nothing. */
export async function requirePair<User>(port: PairPort<User>, names: PairNames, proof: PairProof): Promise<void> {
  const strangers = await port.atOnce(async (users): Promise<Strangers<User> | undefined> => {
    const { inUse, other } = await look(users, names, proof);
    if (other === undefined) return undefined;
    const pair = pairOf(users, names, { inUse, other });
    return (await users.isTied(pair)) ? undefined : { other, refusal: await users.noPair(pair) };
  });
  if (strangers === undefined) return;
  const isProven = await port.proves(strangers.other, proof.others());
  if (!isProven(strangers.other)) throw strangers.refusal;
}

interface Strangers<User> {
  readonly other: User;
  readonly refusal: TargetMismatchError;
}

/** Gives the reason when the two are no pair; then nothing changed. */
async function attempt<User>(
  users: PairUsers<User>,
  names: PairNames,
  proof: PairProof,
  isProven: (other: User) => boolean,
): Promise<Strangers<User> | undefined> {
  let found = await look(users, names, proof);
  if (found.other === undefined) {
    if (await users.make(found.inUse)) return undefined;
    // Made meanwhile, by another delivery of this step or by somebody else.
    found = await look(users, names, proof);
  }
  let pair = pairOf(users, names, found);
  if (!(await users.isTied(pair))) {
    const other = pair.cloneInUse ? pair.base : pair.clone;
    if (!isProven(other)) return { other, refusal: await users.noPair(pair) };
    if (pair.cloneInUse) await users.giveToBase(pair);
    await users.tie(pair);
    // As they are now.
    pair = pairOf(users, names, await look(users, names, proof));
  }
  await users.align(pair);
  await users.setPassword(pair);
  return undefined;
}

async function look<User>(users: PairUsers<User>, names: PairNames, proof: PairProof) {
  const { inUse, other } = await users.read(names);
  if (inUse === undefined) throw users.unknownUser(names.from);
  users.requireOwn?.(inUse, proof);
  return { inUse, other };
}

function pairOf<User>(
  users: PairUsers<User>,
  { to, base }: PairNames,
  { inUse, other }: { inUse: User; other: User | undefined },
): Pair<User> {
  // Dropped by somebody while this ran.
  if (other === undefined) throw users.unknownUser(to);
  const cloneInUse = to === base;
  return cloneInUse ? { base: other, clone: inUse, cloneInUse } : { base: inUse, clone: other, cloneInUse };
}
