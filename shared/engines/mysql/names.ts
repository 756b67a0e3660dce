/** Names of the two users of an alternating pair. */
import { InvalidSecretError } from '../../rotation/errors.ts';

const SUFFIX = '_clone';

/** Names are counted in characters here, not in bytes. */
export function counterpartWithin(longest: number, product: string): (username: string) => string {
  return (username) => {
    if (isClone(username)) return baseOf(username);
    const other = username + SUFFIX;
    if ([...other].length > longest) {
      throw new InvalidSecretError(`user name ${other} has more than ${longest} characters`, {
        hint: `${product} takes no longer names; use a user name of at most ${longest - SUFFIX.length} characters`,
      });
    }
    return other;
  };
}

const isClone = (username: string) => username.length > SUFFIX.length && username.endsWith(SUFFIX);

/** The user of a pair that people made. */
export const baseOf = (username: string) => (isClone(username) ? username.slice(0, -SUFFIX.length) : username);
