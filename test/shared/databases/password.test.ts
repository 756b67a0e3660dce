import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generatePassword } from '../../../shared/databases/password.ts';
import { passwordSettings } from '../../support/context.ts';

const policy = { maxLength: 128, forbidden: '', excludedByDefault: ':/@"\'\\' };
const printable = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)).join('');
const kinds = {
  excludeLowercase: /[a-z]/,
  excludeUppercase: /[A-Z]/,
  excludeNumbers: /\d/,
  excludePunctuation: /[^a-zA-Z0-9]/,
};

describe('generatePassword', () => {
  it("has AWS's defaults: 32 characters, one of each type, without what the template of the engine leaves out", () => {
    const passwords = Array.from({ length: 200 }, () => generatePassword(policy, passwordSettings));

    for (const password of passwords) {
      expect(password).toHaveLength(32);
      for (const kind of Object.values(kinds)) expect(password).toMatch(kind);
      expect(password).not.toMatch(/[:/@"'\\ ]/);
    }
    expect(new Set(passwords).size).toBe(200);
  });

  it('keeps to any settings that leave a choice, and refuses the others with INVALID_CONFIGURATION', () => {
    const settings = fc.record({
      excludeCharacters: fc.option(fc.string({ unit: 'grapheme-ascii', maxLength: 90 }), { nil: undefined }),
      length: fc.option(fc.integer({ min: 1, max: 140 }), { nil: undefined }),
      excludeNumbers: fc.boolean(),
      excludePunctuation: fc.boolean(),
      excludeUppercase: fc.boolean(),
      excludeLowercase: fc.boolean(),
      requireEachIncludedType: fc.boolean(),
    });

    fc.assert(
      fc.property(settings, (given) => {
        let password: string;
        try {
          password = generatePassword(policy, given);
        } catch (error) {
          expect(error).toMatchObject({ code: 'INVALID_CONFIGURATION' });
          return;
        }
        expect(password).toHaveLength(given.length ?? 32);
        for (const character of given.excludeCharacters ?? policy.excludedByDefault)
          expect(password).not.toContain(character);
        for (const [name, kind] of Object.entries(kinds)) {
          const excluded = given[name as keyof typeof kinds];
          if (excluded) expect(password).not.toMatch(kind);
          else if (given.requireEachIncludedType) expect(password).toMatch(kind);
        }
      }),
    );
  });

  it('never uses what the engine cannot store, whatever EXCLUDE_CHARACTERS says', () => {
    const narrow = { ...policy, maxLength: 10, forbidden: 'abc' };

    const passwords = Array.from({ length: 200 }, () =>
      generatePassword(narrow, { ...passwordSettings, excludeCharacters: '' }),
    );

    for (const password of passwords) expect(password).toHaveLength(10);
    expect(passwords.join('')).not.toMatch(/[abc]/);
  });

  it('uses every printable character when EXCLUDE_CHARACTERS is empty', () => {
    const settings = { ...passwordSettings, excludeCharacters: '' };

    const seen = new Set(Array.from({ length: 400 }, () => generatePassword(policy, settings)).join(''));

    expect(seen.size).toBe(94);
  });

  it('puts the required characters anywhere: every order comes about as often as any other', () => {
    const settings = { ...passwordSettings, length: 4 };
    const orders = new Map<string, number>();

    for (let turn = 0; turn < 4800; turn++) {
      const order = [...generatePassword(policy, settings)]
        .map((character) => Object.values(kinds).findIndex((kind) => kind.test(character)))
        .join('');
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }

    // 200 of each are expected; seven standard deviations are 100.
    expect(orders.size).toBe(24);
    expect(Math.min(...orders.values())).toBeGreaterThan(100);
    expect(Math.max(...orders.values())).toBeLessThan(300);
  });

  it.each(Object.entries(kinds))('requires no character of a type that is excluded: %s', (exclude, kind) => {
    const password = generatePassword(policy, { ...passwordSettings, [exclude]: true });

    expect(password).not.toMatch(kind);
    for (const other of Object.values(kinds).filter((each) => each !== kind)) expect(password).toMatch(other);
  });

  it('uses every character of a type, the last one too', () => {
    const settings = { ...passwordSettings, length: 1, requireEachIncludedType: false, excludePunctuation: true };

    const seen = new Set(Array.from({ length: 4000 }, () => generatePassword(policy, settings)));

    expect(seen.size).toBe(62);
  });

  it('is as long as the engine allows, where that is under 32', () => {
    expect(generatePassword({ ...policy, maxLength: 16 }, passwordSettings)).toHaveLength(16);
  });

  it.each([
    [
      'every character is excluded',
      {
        excludePunctuation: true,
        excludeNumbers: true,
        excludeUppercase: true,
        excludeLowercase: true,
        requireEachIncludedType: false,
      },
      {},
    ],
    ['PASSWORD_LENGTH is over 20', { length: 21 }, { maxLength: 20 }],
    ['PASSWORD_LENGTH is under 8', { length: 7 }, { minLength: 8 }],
    ['PASSWORD_LENGTH is under', { length: 0, requireEachIncludedType: false }, {}],
    ['a required character type is excluded whole', { excludeCharacters: '0123456789' }, {}],
    ['PASSWORD_LENGTH has no room for each required type', { length: 3 }, {}],
  ])('refuses settings, and says why: %s', (fact, settings, own) => {
    const attempt = () => generatePassword({ ...policy, ...own }, { ...passwordSettings, ...settings });

    expect(attempt).toThrow(
      expect.objectContaining({ code: 'INVALID_CONFIGURATION', fact: expect.stringContaining(fact) }),
    );
  });

  it('has no two opening braces in a row, which Parameter Store takes for the name of another parameter', () => {
    const excludeCharacters = printable.replace(/[a{]/g, '');
    const settings = { ...passwordSettings, excludeCharacters, length: 8, requireEachIncludedType: false };

    const made = Array.from({ length: 200 }, () => generatePassword(policy, settings));

    expect(made.filter((password) => password.includes('{{'))).toEqual([]);
    expect(made.filter((password) => password.includes('{'))).not.toEqual([]);
  });

  it('is made of opening braces where the settings leave nothing else', () => {
    const excludeCharacters = printable.replace('{', '');
    const settings = { ...passwordSettings, excludeCharacters, length: 4, requireEachIncludedType: false };

    expect(generatePassword(policy, settings)).toBe('{{{{');
  });

  it.each([
    ['the longest', { length: 20 }, { maxLength: 20 }],
    ['the shortest', { length: 8 }, { minLength: 8 }],
    ['one of each type', { length: 4 }, {}],
    ['one character', { length: 1, requireEachIncludedType: false }, {}],
  ])('takes a length that is just allowed: %s', (_what, settings, own) => {
    const password = generatePassword({ ...policy, ...own }, { ...passwordSettings, ...settings });

    expect(password).toHaveLength(settings.length);
  });
});
