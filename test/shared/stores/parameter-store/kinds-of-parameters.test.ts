/** Parameters with policies and tags, and those that cannot be rotated: a typed error, and nothing is lost. */
import { randomUUID } from 'node:crypto';
import { AddTagsToResourceCommand, GetParameterHistoryCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import { afterAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { startSandbox } from '../../../../local/sandbox.ts';
import { singleUserStrategy } from '../../../../shared/databases/strategies/single-user.ts';
import { step, wholeRotation } from '../../../conformance/rotate.ts';
import { generatedParameter, parameterViews } from '../../../support/generated-parameter.ts';
import { memoryWorld } from '../../../support/memory-world.ts';
import { type ParameterStore, ssmTestClient } from '../../../support/parameter-store.ts';
import { onParameterStore } from '../../../support/parameter-world.ts';

const clock = { now: Date.now() };
const sandbox = await startSandbox({ account: { now: () => clock.now } });
const client = ssmTestClient(sandbox);
afterAll(async () => {
  client.destroy();
  await sandbox.close();
});
beforeEach(() => {
  sandbox.faults.clear();
  clock.now = Date.now();
});
const world = (given: Parameters<typeof generatedParameter>[1] = {}) => generatedParameter(client, given);
const { described } = parameterViews(client);

describe('a parameter that cannot be rotated', () => {
  const refusal = (store: ParameterStore, token = 'token') =>
    store.versions.begin(store.secretId, token, { deadAfterMs: 0 });

  it.each(['String', 'StringList'] as const)('a %s: says how to make a SecureString', async (Type) => {
    const { store } = await world({ Type });

    await expect(refusal(store)).rejects.toMatchObject({
      name: 'InvalidSecretError',
      code: 'INVALID_SECRET',
      hint: expect.stringContaining('aws ssm put-parameter --name /test/'),
    });
  });

  it('one that is not there', async () => {
    const { store } = await world();

    await expect(store.versions.begin('/no/such', 'token', { deadAfterMs: 0 })).rejects.toMatchObject({
      code: 'SECRET_NOT_FOUND',
    });
  });

  it('one whose key the function may not use: nothing is written', async () => {
    const { store } = await world({ KeyId: 'alias/closed' });
    sandbox.ssm.denyKey('alias/closed');

    await expect(refusal(store)).rejects.toMatchObject({ name: 'PermissionError', code: 'ACCESS_DENIED' });

    expect(await described({ secretId: store.companion })).toBeUndefined();
  });

  it('a new value that is too long for a Standard parameter: says so before anything outside has changed', async () => {
    const memory = await onParameterStore(memoryWorld(singleUserStrategy), client);
    const value = JSON.parse(await memory.store.plainRead());
    // What is there fits just so, and the new password is longer than the old one.
    const room = 4090 - JSON.stringify({ ...value, note: '' }).length;
    await memory.store.putCurrent(JSON.stringify({ ...value, note: 'x'.repeat(room) }));

    const refused = wholeRotation(memory);

    await expect(refused).rejects.toMatchObject({
      name: 'InvalidSecretError',
      hint: expect.stringContaining('--tier Advanced'),
    });
    expect(await memory.opens(value)).toBe(true);
  });

  it('the same when the companion is Advanced, from a parameter of this name that was', async () => {
    const memory = await onParameterStore(memoryWorld(singleUserStrategy), client);
    const value = JSON.parse(await memory.store.plainRead());
    const { secretId: Name, companion } = memory.store;
    await client.send(
      new PutParameterCommand({
        Name: companion,
        Type: 'SecureString',
        Value: '-',
        Tier: 'Advanced',
        Description: 'Rekey abandoned t',
      }),
    );
    const room = 4090 - JSON.stringify({ ...value, note: '' }).length;
    await memory.store.putCurrent(JSON.stringify({ ...value, note: 'x'.repeat(room) }));

    const token = await memory.store.begin();
    const refused = step(memory, token, 'createSecret');

    await expect(refused).rejects.toMatchObject({ name: 'InvalidSecretError', message: expect.stringContaining(Name) });
    expect(await memory.store.valueOf(token)).toBeUndefined();
  });

  const withPattern = async (AllowedPattern: string) => {
    const memory = await onParameterStore(memoryWorld(singleUserStrategy), client);
    const Value = await memory.store.plainRead();
    const command = { Name: memory.store.secretId, Value, Overwrite: true, AllowedPattern };
    await client.send(new PutParameterCommand(command));
    return memory;
  };

  it('a pattern that the new value does not match: says so before anything outside has changed', async () => {
    const memory = await withPattern('.*first-password.*');
    const token = await memory.store.begin();

    const refused = step(memory, token, 'createSecret');

    await expect(refused).rejects.toMatchObject({
      name: 'InvalidSecretError',
      hint: expect.stringContaining('AllowedPattern'),
    });
    expect(await memory.store.valueOf(token)).toBeUndefined();
  });

  it.each(['[\\w\\W]*first-password[\\w\\W]*|[^-]', '.*\\-password.*'])(
    'a pattern that only the service can tell about (%s): the old password is set back',
    async (pattern) => {
      const memory = await withPattern(pattern);

      const refused = wholeRotation(memory);

      await expect(refused).rejects.toMatchObject({
        name: 'InvalidSecretError',
        hint: expect.stringContaining('AllowedPattern'),
      });
      expect(await memory.opens(JSON.parse(await memory.store.plainRead()))).toBe(true);
    },
  );

  it.each(['SecureString', 'String'] as const)(
    'a %s of somebody else where the companion should be: it is left as it is',
    async (Type) => {
      const { store } = await world();
      await client.send(new PutParameterCommand({ Name: store.companion, Value: 'not yours', Type }));

      await expect(refusal(store)).rejects.toMatchObject({
        code: 'INVALID_SECRET',
        about: store.companion,
        isParameter: true,
      });

      const { Parameters } = await client.send(new GetParameterHistoryCommand({ Name: store.companion }));
      expect(Parameters).toHaveLength(1);
    },
  );

  it('a name so deep that its companion would be too deep', async () => {
    const { store } = await world({ Name: `/${Array.from({ length: 15 }, () => randomUUID().slice(0, 4)).join('/')}` });

    await expect(refusal(store)).rejects.toMatchObject({
      code: 'INVALID_SECRET',
      hint: expect.stringContaining('14 levels'),
    });
  });
});

describe('policies', () => {
  const DAY = 86_400_000;
  const policy = (Type: string, Attributes: object) => ({ Type, Version: '1.0', Attributes });
  const all = (expiresAt: number) => [
    policy('Expiration', { Timestamp: new Date(expiresAt).toISOString() }),
    policy('ExpirationNotification', { Before: '15', Unit: 'Days' }),
    policy('NoChangeNotification', { After: '20', Unit: 'Days' }),
  ];

  it('expire as far from now as they did from the last change, after each rotation', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: clock.now });
    onTestFinished(() => void vi.useRealTimers());
    const here = await world({ Tier: 'Advanced', Policies: JSON.stringify(all(clock.now + 60 * DAY)) });
    const expirations: number[] = [];

    for (let turn = 0; turn < 3; turn++) {
      clock.now += 25 * DAY;
      vi.setSystemTime(clock.now);
      await wholeRotation(here);
      const { Policies = [] } = (await described(here.store)) ?? {};
      expect(Policies.map(({ PolicyType }) => PolicyType)).toEqual([
        'Expiration',
        'ExpirationNotification',
        'NoChangeNotification',
      ]);
      const { Attributes } = JSON.parse(Policies[0]?.PolicyText ?? '');
      expirations.push(Date.parse(Attributes.Timestamp) - clock.now);
    }

    expect(expirations).toEqual([60 * DAY, 60 * DAY, 60 * DAY]);
  });

  it('stay away from the parameter of the pending value, which must not expire', async () => {
    const here = await world({ Tier: 'Advanced', Policies: JSON.stringify(all(clock.now + 60 * DAY)) });

    await wholeRotation(here);

    expect((await described({ secretId: here.store.companion }))?.Policies).toEqual([]);
  });
});

describe('tags', () => {
  it('are in the description, so that an owner decides for one parameter', async () => {
    const { store } = await world();
    const Tags = [{ Key: 'rekey:revoke-after', Value: '7d' }];
    await client.send(new AddTagsToResourceCommand({ ResourceType: 'Parameter', ResourceId: store.secretId, Tags }));

    expect((await store.versions.describe(store.secretId)).tags).toEqual({ 'rekey:revoke-after': '7d' });
  });
});
