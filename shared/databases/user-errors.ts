/** What a superuser finds of the users that it is to change, in one set of words for every engine. */
import { InvalidSecretError, TargetMismatchError } from '../rotation/errors.ts';

const OF_THIS_SERVER = 'check that the superuser secret is the one of this server';

export function unknownUser(
  name: string,
  superuser: { readonly username: string },
  hint = OF_THIS_SERVER,
): InvalidSecretError {
  return new InvalidSecretError(`user ${name} does not exist where superuser ${superuser.username} looks for it`, {
    hint,
  });
}

/** What opened the user before its change. A change that nobody proved cannot be taken back. */
export function requireReplaced<T>(replaced: T | undefined): T {
  if (replaced === undefined) throw new Error('nobody told which password was there before');
  return replaced;
}

/** Another user may have the name that the other one of a pair would have. Nobody is given its password for that. `tie` makes them a pair. */
export function nothingTies(users: readonly string[], tie: string): TargetMismatchError {
  return new TargetMismatchError(`users ${users.join(' and ')} exist, and nothing tells that they are a pair`, {
    hint: `only if both are this secret's, ${tie}; from then on each rotation gives the one what the other may do; if not, one of them must have another name`,
  });
}
