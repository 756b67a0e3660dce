/** For servers that show nobody what they keep of a password: two users are a pair when the secret knows the passwords of both. */
import { AuthenticationError } from '../rotation/errors.ts';
import type { PairProof } from './engine.ts';

/** Every refused login counts against the account, so only the newest stored values are tried, each once. */
const TRIES = 3;

/** `logIn` as the other user. Asked once for a pair that AWS's template made, and not again once it is tied. */
export async function isProven(
  proof: PairProof | undefined,
  logIn: (password: string) => Promise<void>,
): Promise<boolean> {
  const tried = new Set<string>();
  for await (const password of proof?.others() ?? []) {
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
