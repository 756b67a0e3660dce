/** Two users in memory, and a port to them: the rule of pairs is tested on it. */
import { expect } from 'vitest';
import type { PairPort, PairUsers } from '../../shared/databases/pair.ts';
import { bringIntoLine, oneByOne } from '../../shared/databases/pair.ts';
import { InvalidSecretError, PermissionError, TargetMismatchError } from '../../shared/rotation/errors.ts';

export interface PairUser {
  name: string;
  password: string;
  rights: string[];
  tied: boolean;
}

export const pairUser = (name: string, more: Partial<PairUser> = {}): PairUser => ({
  name,
  password: `password of ${name}`,
  rights: [`right of ${name}`],
  tied: false,
  ...more,
});

/** A server that holds these users. Whatever is read is a copy, as it is of a real one. */
export function serverWith(...initial: readonly PairUser[]) {
  const users = new Map(initial.map((each) => [each.name, each]));
  const existing = (name: string) => users.get(name) ?? expect.unreachable(`there is no user ${name}`);
  /** What somebody else does at that moment. */
  const meanwhile: { read?: () => void; make?: () => void; proof?: () => void; tie?: () => void } = {};
  const refuses: { own?: boolean; give?: boolean; align?: boolean } = {};
  let held = 0;
  let asked = 0;

  const at = (to: string): PairUsers<PairUser> => ({
    read: oneByOne(async (name) => {
      const found = structuredClone(users.get(name));
      meanwhile.read?.();
      return found;
    }),
    unknownUser: (name) => new InvalidSecretError(`there is no user ${name}`, { hint: 'make one' }),
    requireOwn(inUse, { password }) {
      if (refuses.own || inUse.password !== password) throw new TargetMismatchError('not all its own', { hint: '-' });
    },
    isTied: async ({ base, clone }) => base.tied && clone.tied,
    noPair: async ({ base, clone }) => new TargetMismatchError(`${base.name}, ${clone.name}: no pair`, { hint: 'tie' }),
    async make(inUse) {
      existing(inUse.name).tied = true;
      meanwhile.make?.();
      if (meanwhile.make || users.has(to)) return false;
      users.set(to, pairUser(to, { password: 'new', rights: inUse.rights, tied: true }));
      return true;
    },
    async giveToBase({ base, clone }) {
      if (refuses.give) throw new PermissionError('something would be lost', { hint: '-' });
      existing(base.name).rights.push(...clone.rights);
    },
    async tie({ base, clone }) {
      for (const { name } of [base, clone]) existing(name).tied = true;
      meanwhile.tie?.();
    },
    async align({ base, clone }) {
      if (refuses.align) throw new PermissionError('a grant is missing', { hint: '-' });
      existing(clone.name).rights = base.rights;
    },
    async setPassword() {
      existing(to).password = 'new';
    },
  });

  const portTo = (to: string): PairPort<PairUser> => ({
    async atOnce(work) {
      held++;
      try {
        return await work(at(to));
      } finally {
        held--;
      }
    },
    async proves(other, passwords) {
      expect(held).toBe(0);
      const known: string[] = [];
      for await (const password of passwords) known.push(password);
      meanwhile.proof?.();
      return known.includes(other.password) ? (found) => known.includes(found.password) : () => false;
    },
  });

  const bring = async (from: string, others: readonly string[] = []) => {
    const to = from === 'app' ? 'app_clone' : 'app';
    const proof = {
      password: `password of ${from}`,
      async *others() {
        asked++;
        yield* others;
      },
    };
    await bringIntoLine(portTo(to), { from, to, base: 'app' }, proof);
  };
  return {
    at,
    portTo,
    bring,
    meanwhile,
    refuses,
    users,
    state: () => structuredClone(Object.fromEntries(users)),
    /** How often stored passwords were asked for. */
    asked: () => asked,
  };
}
