import { randomInt } from 'node:crypto';
import { type Account, arnOf } from '../../aws/service.ts';
import { errors } from './errors.ts';
import type { Secret } from './secret.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Every secret gets a new suffix, so an ARN never names a later secret of the same name. */
export function newArn(account: Account, name: string): string {
  const suffix = Array.from({ length: 6 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return arnOf(account, 'secretsmanager', `secret:${name}-${suffix}`);
}

export function checkName(name: string): void {
  if (!/^[\w\-/+=.@!]+$/.test(name)) throw errors.invalidName();
}

/** A name, an ARN, or an ARN without its suffix; anything else is refused before the secret is looked up. */
export function checkSecretId(id: string): void {
  checkName(nameInArn(id) ?? id);
}

/**
 * A short ARN whose name ends in a hyphen and six characters reads as a full one, and so finds nothing.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html#ARN_secretnamehyphen
 */
export function isNamedBy(id: string): (secret: Secret) => boolean {
  if (nameInArn(id) === undefined) return (secret) => secret.name === id;
  if (/-[A-Za-z0-9]{6}$/.test(id)) return (secret) => secret.arn === id;
  return (secret) => secret.arn.slice(0, -7) === id;
}

/** What follows `:secret:` in an ARN, else undefined. */
export function nameInArn(id: string): string | undefined {
  return /^arn:[^:]*:secretsmanager:[^:]*:[^:]*:secret:(.*)$/s.exec(id)?.[1];
}
