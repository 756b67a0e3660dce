import { describe, expect, it } from 'vitest';
import { policiesSetAgain } from '../../../../shared/stores/parameter-store/policies.ts';

const at = (text: string) => Date.parse(`${text}T00:00:00.000Z`);
const text = (Type: string, Attributes: object) => ({
  PolicyText: JSON.stringify({ Type, Version: '1.0', Attributes }),
});
const notice = text('NoChangeNotification', { After: '20', Unit: 'Days' });
const again = (...policies: { PolicyText?: string }[]) =>
  policiesSetAgain(policies, at('2026-01-01'), at('2026-03-01'));

describe('policies that are set again', () => {
  it('have the same distance to their end, and are otherwise the same', () => {
    const set = again(text('Expiration', { Timestamp: '2026-02-01T00:00:00.000Z' }), notice);

    expect(JSON.parse(set ?? '')).toEqual([
      { Type: 'Expiration', Version: '1.0', Attributes: { Timestamp: '2026-04-01T00:00:00.000Z' } },
      { Type: 'NoChangeNotification', Version: '1.0', Attributes: { After: '20', Unit: 'Days' } },
    ]);
  });

  it('do not drift by the moments between two clocks', () => {
    const set = again(text('Expiration', { Timestamp: '2026-01-31T23:59:59.120Z' }));

    expect(JSON.parse(set ?? '')[0].Attributes.Timestamp).toBe('2026-04-01T00:00:00.000Z');
  });

  it.each([
    ['there are none', []],
    ['one is no JSON', [notice, { PolicyText: '{"Type":' }]],
    ['one has no text', [{}]],
    ['one is no policy', [{ PolicyText: '"Expiration"' }]],
    ['one expires at no time', [text('Expiration', { Timestamp: 'soon' })]],
    ['one expires nowhere', [{ PolicyText: '{"Type":"Expiration"}' }]],
    ['one was over when the value was stored', [text('Expiration', { Timestamp: '2025-12-31T00:00:00Z' })]],
  ])('are left as they are when %s', (_, policies) => {
    expect(again(...policies)).toBeUndefined();
  });
});
