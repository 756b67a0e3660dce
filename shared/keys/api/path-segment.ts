/** A value of the secret as one part of a path. The admin credential must not be led elsewhere by an id such as `..`. */
import { InvalidSecretError } from '../../rotation/errors.ts';
import { textIn } from './read.ts';

/** Throws InvalidSecretError, which names the field, for what no provider has as an id. */
export function segment(value: unknown, field: string): string {
  const text = textIn(value) ?? '';
  if (/^[\w+=,.@~-]{1,128}$/.test(text) && !/^\.+$/.test(text)) return encodeURIComponent(text);
  throw new InvalidSecretError(`field ${field} cannot be an id`, {
    hint: `copy ${field} from the console of the provider and store it with put-secret-value`,
  });
}
