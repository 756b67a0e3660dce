/** Passwords from a local random source, made by the rules of Secrets Manager's GetRandomPassword. No service call. */
import { randomInt } from 'node:crypto';
import { ConfigurationError } from '../rotation/errors.ts';
import type { PasswordSettings } from '../rotation/strategy.ts';

/** What an engine can really store. */
export interface PasswordPolicy {
  readonly minLength?: number;
  readonly maxLength: number;
  /** Characters that the engine cannot take, whatever the settings say. */
  readonly forbidden: string;
  /** What AWS's template for this engine leaves out when EXCLUDE_CHARACTERS is not set. */
  readonly excludedByDefault: string;
}

const LOWERCASE = 'abcdefghijklmnopqrstuvwxyz';
const NUMBERS = '0123456789';
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';
const DEFAULT_LENGTH = 32;
/** Where the settings leave hardly anything else than a brace, some stores take the password and some do not. */
const MOST_TRIES = 100;

/** Throws ConfigurationError when the settings leave no password to choose. */
export function generatePassword(policy: PasswordPolicy, settings: PasswordSettings): string {
  const excluded = new Set([...policy.forbidden, ...(settings.excludeCharacters ?? policy.excludedByDefault)]);
  const types = [
    settings.excludeLowercase ? '' : LOWERCASE,
    settings.excludeUppercase ? '' : LOWERCASE.toUpperCase(),
    settings.excludeNumbers ? '' : NUMBERS,
    settings.excludePunctuation ? '' : PUNCTUATION,
  ]
    .filter((type) => type !== '')
    .map((type) => [...type].filter((character) => !excluded.has(character)));
  const length = settings.length ?? Math.min(DEFAULT_LENGTH, policy.maxLength);
  const all = types.flat();

  if (all.length === 0) throw unusableSettings('every character is excluded', 'shorten EXCLUDE_CHARACTERS');
  if (length > policy.maxLength) {
    throw unusableSettings(
      `PASSWORD_LENGTH is over ${policy.maxLength}`,
      `this engine takes at most ${policy.maxLength}`,
    );
  }
  if (length < (policy.minLength ?? 1)) {
    throw unusableSettings(
      `PASSWORD_LENGTH is under ${policy.minLength}`,
      `this engine takes at least ${policy.minLength}`,
    );
  }
  const required = settings.requireEachIncludedType ? types : [];
  if (required.some((type) => type.length === 0)) {
    throw unusableSettings(
      'a required character type is excluded whole',
      'set REQUIRE_EACH_INCLUDED_TYPE to false, or EXCLUDE_… for that type',
    );
  }
  if (length < Math.max(1, required.length)) {
    throw unusableSettings('PASSWORD_LENGTH has no room for each required type', 'make it longer, or exclude types');
  }
  for (let tries = 1; ; tries++) {
    const others = Array.from({ length: length - required.length }, () => pick(all));
    const password = shuffled([...required.map(pick), ...others]).join('');
    // Parameter Store takes no value with {{…}} in it: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
    if (!password.includes('{{') || tries === MOST_TRIES) return password;
  }
}

function pick(from: readonly string[]): string {
  return from[randomInt(from.length)] as string;
}

/** Fisher and Yates, so that the required characters are not always in front. */
function shuffled(items: string[]): string[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = randomInt(i + 1);
    [items[i], items[j]] = [items[j] as string, items[i] as string];
  }
  return items;
}

function unusableSettings(fact: string, hint: string): ConfigurationError {
  return new ConfigurationError(`no password can be made: ${fact}`, { hint });
}
