import { describe, expect, test } from 'vitest';
import {
  type PasswordRules,
  randomPassword,
} from '../../../../local/services/secrets-manager/operations/random-password.ts';
import { sandbox } from './sandbox.ts';

const LOWER = /[a-z]/;
const UPPER = /[A-Z]/;
const DIGIT = /[0-9]/;
const PUNCTUATION = /[!-/:-@[-`{-~]/;

const REFUSED: [rules: PasswordRules, message: string][] = [
  [{ ExcludeCharacters: '0123456789' }, 'All characters of the desired type have been excluded.'],
  [
    { ExcludeNumbers: true, ExcludePunctuation: true, ExcludeUppercase: true, ExcludeLowercase: true },
    'All characters have been excluded from selection.',
  ],
  [{ PasswordLength: 3 }, 'Password length is too short based on the required types.'],
  [{ PasswordLength: 1, ExcludeCharacters: '0123456789' }, 'All characters of the desired type have been excluded.'],
];

describe('GetRandomPassword', () => {
  test('gives thirty-two characters', async () => {
    const { call } = sandbox();

    const { RandomPassword } = await call('GetRandomPassword');

    expect(RandomPassword).toMatch(/^[!-~]{32}$/);
  });

  test('each included type is there, however short the password', () => {
    for (let n = 0; n < 300; n += 1) {
      const password = randomPassword({ PasswordLength: 4 });

      for (const type of [LOWER, UPPER, DIGIT, PUNCTUATION]) expect(password).toMatch(type);
    }
  });

  test('every printable character of ASCII but the space can come up', () => {
    const seen = new Set(randomPassword({ PasswordLength: 4096 }) + randomPassword({ PasswordLength: 4096 }));

    expect([...seen].sort().join('')).toBe(Array.from({ length: 94 }, (_, n) => String.fromCharCode(33 + n)).join(''));
  });

  test('a space comes up when it is included, and is not required', () => {
    const spaced = randomPassword({ PasswordLength: 4096, IncludeSpace: true });
    const short = randomPassword({ PasswordLength: 4, IncludeSpace: true });

    expect(spaced).toContain(' ');
    expect(short).toHaveLength(4);
    expect(randomPassword({ PasswordLength: 4096, IncludeSpace: true, ExcludeCharacters: ' ' })).not.toContain(' ');
  });

  test('excluded types and characters never come up, nor are they required', () => {
    const rules = {
      PasswordLength: 4096,
      ExcludePunctuation: true,
      ExcludeUppercase: true,
      ExcludeCharacters: 'abc012',
    };

    expect(randomPassword(rules)).toMatch(/^[d-z3-9]+$/);
    expect(randomPassword({ ...rules, PasswordLength: 2 })).toHaveLength(2);
  });

  test('an emptied type is fine when none is required', () => {
    const rules = { PasswordLength: 1, ExcludeCharacters: '0123456789', RequireEachIncludedType: false };

    expect(randomPassword(rules)).toMatch(/^[^0-9]$/);
  });

  test.for(REFUSED)('refuses %j', ([rules, message]) => {
    expect(() => randomPassword(rules)).toThrowError(
      expect.objectContaining({ code: 'InvalidParameterException', message }),
    );
  });
});
