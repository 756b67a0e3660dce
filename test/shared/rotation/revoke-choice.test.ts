import { describe, expect, it } from 'vitest';
import { revokeChoice } from '../../../shared/rotation/revoke-choice.ts';
import { testContext } from '../../support/context.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const later = async () => {};

describe('the previous credential ends', () => {
  it.each<[string, Record<string, unknown>, Record<string, string> | undefined, object]>([
    ['with the next rotation, unless its owner says more', {}, undefined, { after: undefined, quietFor: DAY }],
    ['as a field says', { revokeAfter: '12h', quietFor: '2d' }, {}, { after: 12 * HOUR, quietFor: 2 * DAY }],
    [
      'as a tag says, whatever the fields do',
      { revokeAfter: '12h', quietFor: '2d' },
      { 'rekey:revoke-after': '7d', 'rekey:quiet-for': '0h' },
      { after: 7 * DAY, quietFor: 0 },
    ],
    [
      'with the next rotation, when a tag says so',
      { revokeAfter: '12h' },
      { 'rekey:revoke-after': 'next-rotation' },
      { after: undefined, quietFor: DAY },
    ],
    ['after hours of four digits at most', { revokeAfter: '9999h' }, {}, { after: 9999 * HOUR, quietFor: DAY }],
  ])('%s', (_what, current, tags, choice) => {
    expect(revokeChoice(current, testContext({ later, ...(tags && { tags }) }))).toEqual(choice);
  });

  it('now, when a person asks, also where nothing can be called later', () => {
    const ctx = testContext({ asked: 'revokePrevious' });

    expect(revokeChoice({ revokeAfter: '7d' }, ctx)).toEqual({ after: 0, quietFor: DAY });
  });

  it.each(['soon', '', '1w', '7 d', 'in 7d', '7days', '12345h', '-1d', 7, ['7d'], null, true])(
    'at no time that %j would be',
    (text) => {
      const ctx = testContext({ later });

      expect(() => revokeChoice({ revokeAfter: text ?? 0 }, ctx)).toThrow(
        expect.objectContaining({ code: 'INVALID_SECRET', fact: 'revoke-after of test/secret is not a time' }),
      );
      expect(() => revokeChoice({ quietFor: text ?? 0 }, ctx)).toThrow(
        expect.objectContaining({ code: 'INVALID_SECRET', fact: 'quiet-for of test/secret is not a time' }),
      );
    },
  );

  it('after no time where nothing can be called later', () => {
    expect(() => revokeChoice({ revokeAfter: '7d' }, testContext())).toThrow(
      expect.objectContaining({ name: 'ConfigurationError', hint: expect.stringContaining('revokeLater') }),
    );
    expect(revokeChoice({}, testContext())).toEqual({ after: undefined, quietFor: DAY });
  });

  it('as words say that a hint repeats', () => {
    const hint = (current: object) => {
      try {
        return revokeChoice({ ...current }, testContext({ later }));
      } catch (error) {
        return (error as { hint: string }).hint;
      }
    };

    expect(hint({ revokeAfter: 'soon' })).toContain('next-rotation');
    expect(hint({ quietFor: 'soon' })).toContain('0h');
  });
});
