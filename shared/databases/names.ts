/** Names of the two users of an alternating pair: `app` and `app_clone`. */
import { InvalidSecretError } from '../rotation/errors.ts';

const SUFFIX = '_clone';

/** app ↔ app_clone: its own inverse. Throws InvalidSecretError when the other name would be longer than the server allows. */
export function counterpartWithin({
  longest,
  unit,
  title,
}: {
  readonly longest: number;
  readonly unit: 'bytes' | 'characters';
  readonly title: string;
}): (username: string) => string {
  const lengthOf = (name: string) => (unit === 'bytes' ? Buffer.byteLength(name) : [...name].length);
  return (username) => {
    if (isClone(username)) return baseOf(username);
    const other = username + SUFFIX;
    if (lengthOf(other) <= longest) return other;
    throw new InvalidSecretError(`user name ${other} has more than ${longest} ${unit}`, {
      hint: `${title} takes no longer names; use a user name of at most ${longest - SUFFIX.length} ${unit}`,
    });
  };
}

/** The user of a pair that people made: the name without `_clone`. */
export function baseOf(username: string): string {
  return isClone(username) ? username.slice(0, -SUFFIX.length) : username;
}

function isClone(username: string): boolean {
  return username.length > SUFFIX.length && username.endsWith(SUFFIX);
}
