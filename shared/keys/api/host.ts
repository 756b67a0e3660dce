/** Hosts that secrets name. Whoever may write the secret chooses where credentials go, so only a plain name will do. */
import { InvalidSecretError } from '../../rotation/errors.ts';
import type { KeyAccess } from '../provider.ts';

const LABEL = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';
/** Two labels or more, the last with a letter in it: no port, no user, no path, no address. */
const BARE_HOST = new RegExp(`^(?=.{3,253}$)(${LABEL}\\.)+(?=[a-z0-9-]*[a-z])${LABEL}$`, 'i');

/** Throws InvalidSecretError when the field is not the bare name of a host. */
export function hostIn({ current, ctx }: Pick<KeyAccess, 'current' | 'ctx'>, field: string): string {
  const host = current[field];
  if (typeof host === 'string' && BARE_HOST.test(host)) return host.toLowerCase();
  throw new InvalidSecretError(`field ${field} of ${ctx.secretId} is not the bare name of a host`, {
    hint: `write it without https://, port and path, like "${field}":"acme.example.com"`,
  });
}
