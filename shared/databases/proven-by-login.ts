/** For servers that show nobody what they keep of a password: whether a stored one opens the other user is told by a login. */
import { AuthenticationError } from '../rotation/errors.ts';
import type { PairPort } from './pair.ts';

/** Every refused login counts against the account, so only the newest stored values are tried, each once. */
const TRIES = 3;

/** `logIn` as the other user. Asked once for a pair that AWS's template made, and not again once it is tied. */
export function provenByLogin(logIn: (password: string) => Promise<void>): PairPort<unknown>['proves'] {
  return async (_, others) => {
    const opened = await opensWithOne(others, logIn);
    return () => opened;
  };
}

async function opensWithOne(
  passwords: AsyncIterable<string>,
  logIn: (password: string) => Promise<void>,
): Promise<boolean> {
  const tried = new Set<string>();
  for await (const password of passwords) {
    if (tried.has(password)) continue;
    tried.add(password);
    try {
      await logIn(password);
      return true;
    } catch (error) {
      if (!(error instanceof AuthenticationError)) throw error;
    }
    if (tried.size === TRIES) break;
  }
  return false;
}
