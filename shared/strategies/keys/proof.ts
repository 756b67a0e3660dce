/** Before an admin credential acts on the word of a secret, the secret must hold a key that lives where the admin credential manages keys. */
import type { AcceptingProvider, Access, IssuingProvider, Key, KeySecret } from '../../providers/provider.ts';
import { AuthenticationError, InvalidSecretError, PermissionError } from '../../rotation/errors.ts';
import type { RotationContext } from '../../rotation/strategy.ts';
import type { KeyPorts } from './access.ts';
import { accessToVerify, completed } from './access.ts';
import { isOfSecret } from './labels.ts';

type Provider = IssuingProvider | AcceptingProvider;

/** Does the provider let this value in? */
export async function opens(
  provider: Provider,
  secret: KeySecret,
  ports: KeyPorts,
  ctx: RotationContext,
): Promise<boolean> {
  try {
    await provider.verify(completed(secret, ctx), await accessToVerify(provider, secret, ports, ctx));
  } catch (error) {
    if (error instanceof AuthenticationError) return false;
    // Alive, and short of a right: that is for `test` to judge.
    if (!(error instanceof PermissionError)) throw error;
  }
  return true;
}

/** Is an older value about the same account and holder as AWSCURRENT? One of another place proves nothing here. */
export function isForSame(provider: Provider, value: KeySecret, current: KeySecret): boolean {
  return [...provider.sameTarget, ...(provider.sameHolder ?? [])].every((field) => value[field] === current[field]);
}

/** The value opens, and its key is one of those that the admin credential lists. */
export async function isProven(
  provider: IssuingProvider,
  secret: KeySecret,
  at: { readonly keys: readonly Key[]; readonly access: Access; readonly ports: KeyPorts },
): Promise<boolean> {
  if (!(await opens(provider, secret, at.ports, at.access.ctx))) return false;
  if (provider.unlisted) return true;
  const id = await provider.identify(secret, at.access);
  return at.keys.some((key) => key.id === id);
}

/**
 * May the key that AWSPREVIOUS names be revoked? Its name says whose it is; a key that a person made must be proven by its value.
 * Keys without names are listed by the one holder that AWSCURRENT has proven to be.
 */
export async function isOwn(
  provider: IssuingProvider,
  key: Key,
  value: KeySecret,
  ports: KeyPorts,
  ctx: RotationContext,
): Promise<boolean> {
  if (key.label === undefined && !provider.unlisted) return true;
  if (key.label?.startsWith('rekey-')) return isOfSecret(key, ctx);
  return opens(provider, value, ports, ctx);
}

export function unproven(provider: Provider, { secretId }: RotationContext): InvalidSecretError {
  return new InvalidSecretError(
    `no value of ${secretId} is a living key of ${provider.name} in the account of its admin credential`,
    {
      code: 'AUTHENTICATION_REFUSED',
      hint: 'a key is made only for whoever holds one: make one in the console of the provider, store it with put-secret-value, rotate again',
    },
  );
}
