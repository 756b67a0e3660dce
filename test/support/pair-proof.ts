import type { PairProof } from '../../shared/databases/engine.ts';

/** What a secret knows: the password of the user in use, and what its versions hold for the other one, newest first. */
export function stored(password: string, ...others: readonly string[]): PairProof {
  return {
    password,
    async *others() {
      yield* others;
    },
  };
}
