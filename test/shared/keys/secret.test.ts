import { describe, expect, expectTypeOf, it } from 'vitest';
import { isBare, keySecretSchema } from '../../../shared/keys/secret.ts';

const schema = keySecretSchema({
  required: { api_key: 'give the key', account: 'give the account' },
  visible: ['account'],
  plain: 'api_key',
});
const parse = (value: unknown) => schema.parse(JSON.stringify(value), 'AWSCURRENT of prod/app');

describe('a secret with a key', () => {
  it('has its required fields as text, for the compiler too, and keeps others as they were', () => {
    const value = parse({ api_key: 'sesame', account: 'acme', team: { id: 7 } });

    expectTypeOf(value.api_key).toEqualTypeOf<string>();
    expectTypeOf(value.team).toEqualTypeOf<unknown>();
    expect(value).toEqual({ api_key: 'sesame', account: 'acme', team: { id: 7 } });
  });

  it('promises no field whose name is not known before the program runs', () => {
    const named: Record<string, string> = { api_key: 'give the key' };
    const value = keySecretSchema({ required: named, visible: [] }).parse('{"api_key":"sesame"}', 'it');

    expectTypeOf(value.api_key).toEqualTypeOf<unknown>();
    expect(value.api_key).toBe('sesame');
  });

  it.each([
    [{ api_key: 'sesame' }, 'field account of AWSCURRENT of prod/app is missing'],
    [{ api_key: 'sesame', account: '' }, 'field account of AWSCURRENT of prod/app is missing'],
    [{ api_key: 'sesame', account: null }, 'field account of AWSCURRENT of prod/app is missing'],
    [{ api_key: 'sesame', account: 12 }, 'field account of AWSCURRENT of prod/app is not text'],
  ])('%j is refused', (value, fact) => {
    expect(() => parse(value)).toThrow(
      expect.objectContaining({ code: 'INVALID_SECRET', fact, hint: 'give the account' }),
    );
  });

  it('hides what nobody said may be seen: required texts, and others that are long enough to be secrets', () => {
    const value = parse({
      api_key: 'k',
      account: 'acme',
      note: 'short',
      other: ['a long enough text'],
      masterarn: 'arn:aws:x',
    });

    expect(schema.confidential(value)).toEqual(['k', 'a long enough text']);
  });

  it('may be a bare text, and stays one', () => {
    const bare = keySecretSchema({ required: { api_key: 'give the key' }, visible: [], plain: 'api_key' });

    const value = bare.parse(' sesame\n', 'it');

    expect([isBare(value), value.api_key, bare.format?.({ ...value, api_key: 'other' })]).toEqual([
      true,
      'sesame',
      'other',
    ]);
  });
});

it.each([
  ['id', 'key-1\n'],
  ['id', 'key\0-1'],
  ['masterarn', 'arn:aws\r\nx'],
])('refuses a control character in field %s, before anything is connected, and shows no value', (field, wrong) => {
  const schema = keySecretSchema({ required: { id: 'give the id', key: 'give the key' }, visible: ['id'] });

  const attempt = () =>
    schema.parse(JSON.stringify({ id: 'key-1', key: 'sw0rdfish', [field]: wrong }), 'AWSCURRENT of x');

  expect(attempt).toThrow(
    expect.objectContaining({
      code: 'INVALID_SECRET',
      fact: expect.stringContaining(`field ${field} of AWSCURRENT of x`),
    }),
  );
  expect(attempt).not.toThrow(/sw0rdfish/);
});

it.each([
  ['key', 'sesame\n', 'a line break'],
  ['key', 'sesame\u200B', 'a zero-width character'],
  ['key', '"sesame"', 'quotes'],
  ['id', 'id-1 ', 'a space'],
])('says what stands unseen at an end of field %s, and shows no value', (field, wrong, kind) => {
  const schema = keySecretSchema({ required: { id: 'give the id', key: 'give the key' }, visible: ['id'] });
  const attempt = () => schema.parse(JSON.stringify({ id: 'id-1', key: 'sesame', [field]: wrong }), 'it');

  expect(attempt).toThrow(
    expect.objectContaining({ code: 'INVALID_SECRET', fact: `field ${field} of it begins or ends in ${kind}` }),
  );
  expect(attempt).not.toThrow(/sesame/);
});
