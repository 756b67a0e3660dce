import { randomInt } from 'node:crypto';
import { operation } from '../../../aws/operation.ts';
import { flag, options, text, whole } from '../../../aws/shapes.ts';
import { errors } from '../errors.ts';
import type { SecretOperations } from '../world.ts';

const passwordRules = options({
  PasswordLength: whole({ min: 1, max: 4096 }),
  ExcludeCharacters: text({ max: 4096 }),
  ExcludeNumbers: flag,
  ExcludePunctuation: flag,
  ExcludeUppercase: flag,
  ExcludeLowercase: flag,
  IncludeSpace: flag,
  RequireEachIncludedType: flag,
});

export type PasswordRules = ReturnType<typeof passwordRules>;

export const randomPasswordOperations: SecretOperations = {
  GetRandomPassword: operation(passwordRules, (given) => ({ RandomPassword: randomPassword(given) })),
};

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const DIGITS = '0123456789';
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/** A space is admitted where asked for, never required. The order of the refusals is the service's. */
export function randomPassword(rules: PasswordRules): string {
  const length = rules.PasswordLength ?? 32;
  const excluded = new Set(rules.ExcludeCharacters ?? '');
  const included = [
    rules.ExcludeLowercase ? [] : [LOWER],
    rules.ExcludeUppercase ? [] : [UPPER],
    rules.ExcludeNumbers ? [] : [DIGITS],
    rules.ExcludePunctuation ? [] : [PUNCTUATION],
  ].flat();
  const types = included.map((type) => [...type].filter((character) => !excluded.has(character)));
  const space = rules.IncludeSpace && !excluded.has(' ') ? [' '] : [];
  const all = [...types.flat(), ...space];
  const required = (rules.RequireEachIncludedType ?? true) ? types : [];

  if (required.some((type) => type.length === 0)) {
    throw errors.invalidParameter('All characters of the desired type have been excluded.');
  }
  if (all.length === 0) throw errors.invalidParameter('All characters have been excluded from selection.');
  if (length < required.length) {
    throw errors.invalidParameter('Password length is too short based on the required types.');
  }

  const free = Array.from({ length: length - required.length }, () => pick(all));
  return shuffle([...required.map(pick), ...free]).join('');
}

function pick(characters: readonly string[]): string {
  return characters[randomInt(characters.length)] ?? '';
}

function shuffle<T>(items: readonly T[]): T[] {
  const rest = [...items];
  return items.flatMap(() => rest.splice(randomInt(rest.length), 1));
}
