/** The packaged function, end to end: a value that no system has to be told of, as JSON and as a bare text. */
import { afterAll, expect, it } from 'vitest';
import { packagedFunctions } from '../support/packaged-functions.ts';

const house = await packagedFunctions('generated-value', {});
afterAll(() => house.close());

it('rotates a key pair: the previous one stays in AWSPREVIOUS', async () => {
  const arn = house.register('generatedValue');
  const secret = await house.rawSecret('{"generate":{"kind":"ssh","comment":"deploy"},"host":"git.example.com"}');
  await house.rotate(secret, arn);
  const first = await house.value(secret);

  const { error, token } = await house.rotate(secret, arn);

  expect(error).toBeUndefined();
  expect(await house.labels(secret)).toMatchObject({ AWSCURRENT: token });
  const current = await house.value(secret);
  expect(current.public_key).toMatch(/^ssh-ed25519 \S+ deploy$/);
  expect(current.public_key).not.toBe(first.public_key);
  expect(current.host).toBe('git.example.com');
  expect(await house.value(secret, 'AWSPREVIOUS')).toEqual(first);
  expect(house.messages(secret).map(({ body }) => [body.outcome, body.strategy])).toEqual([
    ['succeeded', 'generated-value'],
    ['succeeded', 'generated-value'],
  ]);
});

it('rotates a bare text as its tag says', async () => {
  const arn = house.register('generatedValue');
  const secret = await house.rawSecret('made-by-hand', undefined, { 'rekey:generate': 'base64url:32' });

  const { error } = await house.rotate(secret, arn);

  expect(error).toBeUndefined();
  expect(await house.text(secret)).toMatch(/^[\w-]{43}$/);
  expect(await house.text(secret, 'AWSPREVIOUS')).toBe('made-by-hand');
});

it('says what is missing when nobody can tell what to make', async () => {
  const arn = house.register('generatedValue');
  const secret = await house.rawSecret('made-by-hand');

  const { error } = await house.rotate(secret, arn);

  expect(error?.errorMessage).toContain('does not say what to generate');
  expect(JSON.stringify([error, house.messages(secret)])).not.toContain('made-by-hand');
  expect(await house.text(secret)).toBe('made-by-hand');
});
