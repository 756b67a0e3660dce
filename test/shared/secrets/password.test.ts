import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generatePassword } from '../../../shared/secrets/password.ts';
import { passwordSettings } from '../../support/context.ts';

const policy = { maxLength: 128, forbidden: '', excludedByDefault: ':/@"\'\\' };
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

    const password = generatePassword(narrow, { ...passwordSettings, excludeCharacters: '' });

    expect(password).toHaveLength(10);
    expect(password).not.toMatch(/[abc]/);
  });

  it('uses every printable character when EXCLUDE_CHARACTERS is empty', () => {
    const settings = { ...passwordSettings, excludeCharacters: '' };

    const seen = new Set(Array.from({ length: 400 }, () => generatePassword(policy, settings)).join(''));

    expect(seen.size).toBe(94);
  });
});
