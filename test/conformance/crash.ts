/** Kills a rotation at any outside call: what runs then is never heard of again, as when the process dies. */
import type { OutsideCalls } from './outside-calls.ts';
import { outsideCalls } from './outside-calls.ts';

export interface CrashPlan extends OutsideCalls {
  /** Names of the outside calls so far, in order. */
  readonly calls: readonly string[];
  /** Resolves when the process "died". */
  readonly died: Promise<'died'>;
  /** Any other outside call. */
  call<T>(name: string, work: () => Promise<T>): Promise<T>;
}

export type CrashPoint =
  | {
      readonly call: number;
      readonly when: 'before' | 'after';
      /** Thrown by the call, in place of the death of the process. */
      readonly error?: Error;
    }
  /** Happens before the call, which then goes on. */
  | { readonly call: number; readonly meanwhile: () => Promise<void> };

/** `at` undefined: nothing is killed, and `calls` tells what there is to kill. */
export function crashPlan(at?: CrashPoint): CrashPlan {
  const calls: string[] = [];
  const { promise: died, resolve } = Promise.withResolvers<'died'>();
  let dead = false;

  const die = (): Promise<never> => {
    dead = true;
    resolve('died');
    return new Promise(() => {});
  };
  const call = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    if (dead) return new Promise<never>(() => {});
    const index = calls.push(name) - 1;
    if (at === undefined || index !== at.call) return work();
    if ('meanwhile' in at) {
      await at.meanwhile();
      return work();
    }
    const ends = () => (at.error === undefined ? die() : Promise.reject(at.error));
    if (at.when === 'before') return ends();
    await work();
    return ends();
  };
  return {
    calls,
    died,
    call,
    ...outsideCalls(call),
  };
}
