/** The packaged function, end to end: a value that no system has to be told of, as JSON and as a bare text. */
import { RotateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, describe, expect, it } from 'vitest';
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

describe('a success that ends an incident', () => {
  const told = (secret: string) =>
    house.messages(secret).map(({ subject, body }) => [body.outcome, body.recovered, /recovered: /.test(subject)]);

  it('says so after a failure that this process has told, once', async () => {
    const arn = house.register('generatedValue');
    const secret = await house.rawSecret('{"generate":{"kind":"no such kind"},"value":"first"}');
    const { token } = await house.rotate(secret, arn);
    const versions = { SecretId: secret, VersionStage: 'AWSPENDING', RemoveFromVersionId: token };
    await house.sandbox.secretsManager.call('UpdateSecretVersionStage', versions, { region: 'us-east-1' });
    await house.put(secret, { generate: { kind: 'hex', bytes: 16 }, value: 'first' });

    await house.rotate(secret, arn);
    await house.rotate(secret, arn);

    expect(told(secret)).toEqual([
      ['failed', undefined, false],
      ['succeeded', true, true],
      ['succeeded', undefined, false],
    ]);
  });

  it('says so when the secret was overdue, whoever has told of it', async () => {
    const secret = await house.rawSecret('{"generate":{"kind":"hex","bytes":16},"value":"first"}');
    const account = house.sandbox.account as { now: () => number };
    const { now } = account;
    account.now = () => now() - 40 * 86_400_000;
    const rotate = async () => {
      await house.client.send(new RotateSecretCommand({ SecretId: secret }));
      await house.sandbox.idle();
    };
    await house.rotate(secret, house.register('generatedValue'));
    account.now = now;

    await rotate();
    await rotate();

    expect(told(secret).slice(1)).toEqual([
      ['succeeded', true, true],
      ['succeeded', undefined, false],
    ]);
  });
});
