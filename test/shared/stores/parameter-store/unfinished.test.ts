/** Rotations that stay open for long: their value may be the only one that the system knows. */
import { DeleteParameterCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox } from '../../../../local/sandbox.ts';
import { singleUserStrategy } from '../../../../shared/databases/strategies/single-user.ts';
import { parameterVersions } from '../../../../shared/stores/parameter-store/parameter-store.ts';
import { rotation, step, wholeRotation } from '../../../conformance/rotate.ts';
import { generatedParameter, hexValue as hex } from '../../../support/generated-parameter.ts';
import { memoryWorld } from '../../../support/memory-world.ts';
import type { ParameterStore } from '../../../support/parameter-store.ts';
import { ssmTestClient } from '../../../support/parameter-store.ts';
import { onParameterStore } from '../../../support/parameter-world.ts';
import { patience } from '../../../support/patience.ts';
import { byLabel } from '../../../support/store.ts';

const clock = { now: Date.now() };
const sandbox = await startSandbox({ account: { now: () => clock.now } });
const client = ssmTestClient(sandbox);
afterAll(async () => {
  client.destroy();
  await sandbox.close();
});
beforeEach(() => {
  sandbox.ssm.reset();
  clock.now = Date.now();
});
const LIMIT = { deadAfterMs: 60_000 };
const begins = ({ versions, secretId }: ParameterStore, token: string, times = LIMIT) =>
  versions.begin(secretId, token, times);

async function valuesOf({ versions, secretId }: ParameterStore): Promise<string[]> {
  const found: string[] = [];
  for await (const value of versions.unlabelled(secretId)) found.push(value);
  return found;
}

describe('an unfinished rotation', () => {
  it(
    'keeps its value through 250 tries, and is completed by the next',
    async () => {
      const here = await onParameterStore(memoryWorld(singleUserStrategy), client);
      const token = await here.store.begin();
      await step(here, token, 'createSecret');
      const pending = await here.store.versions.read(here.store.secretId, 'AWSPENDING', token);
      await here.setPassword('app', JSON.parse(pending ?? '').password);

      for (let turn = 0; turn < 250; turn++) await begins(here.store, token);

      expect(await here.store.versions.read(here.store.secretId, 'AWSPENDING', token)).toBe(pending);
      expect(await here.store.plainPending()).toBe(pending);
      await rotation(here, token);
      expect(await here.store.plainRead()).toBe(pending);
    },
    patience(120_000),
  );

  it('keeps its place without a value, too', async () => {
    const { store } = await generatedParameter(client);
    const token = await store.begin();

    for (let turn = 0; turn < 120; turn++) await begins(store, token);

    expect((await byLabel(store)).AWSPENDING).toBe(token);
  });

  it('that was ended long ago does not come back when its value was kept', async () => {
    const here = await generatedParameter(client);
    const token = await here.store.begin();
    await step(here, token, 'createSecret');
    for (let turn = 0; turn < 60; turn++) await begins(here.store, token);
    await here.store.abandon();

    for (let turn = 0; turn < 20; turn++) await wholeRotation(here);

    expect((await byLabel(here.store)).AWSPENDING).toBeUndefined();
  });

  it('is nobody else’s for as long as its own holder may live, however soon others would be dead', async () => {
    clock.now = Date.now() - 36_000;
    const { store } = await generatedParameter(client);
    await begins(store, 'slow', { deadAfterMs: 905_000 });

    const begun = await begins(store, 'quick', { deadAfterMs: 35_000 });

    expect(begun).toEqual({ goesOn: false, because: 'another invocation rotates it' });
  });

  it('that died is gone on with by one of three at once', async () => {
    clock.now = Date.now() - 61_000;
    const here = await generatedParameter(client);
    await begins(here.store, 'died');
    await step(here, 'died', 'createSecret');
    const stored = await here.store.valueOf('died');
    clock.now = Date.now();

    const begun = await Promise.all(['one', 'two', 'three'].map((other) => begins(here.store, other)));

    expect(begun.filter(({ goesOn }) => goesOn)).toEqual([{ goesOn: true, token: 'died', isPromoted: false }]);
    expect(await here.store.valueOf('died')).toBe(stored);
  });

  it('that was complete before says so', async () => {
    const here = await generatedParameter(client);
    const { token } = await wholeRotation(here);

    const begun = await begins(here.store, token);

    expect(begun).toEqual({ goesOn: true, token, isPromoted: true, isComplete: true });
  });

  it('does not publish once somebody gave it up, even when it has seen itself open', async () => {
    const here = await generatedParameter(client);
    const before = await here.store.plainRead();
    const token = await here.store.begin();
    const remembering = parameterVersions({ client, signal: new AbortController().signal });
    const { secretId } = here.store;
    await remembering.describe(secretId);
    await remembering.put(secretId, token, hex.replace('first', 'new'));
    await remembering.describe(secretId);
    await here.store.abandon();

    const late = remembering.promote(secretId, token, '1');

    await expect(late).rejects.toMatchObject({ code: 'TOKEN_NOT_PENDING' });
    expect(await here.store.plainRead()).toBe(before);
  });
});

describe('a parameter that was deleted and made again', () => {
  async function madeAgain({ secretId }: ParameterStore, versions = 1): Promise<void> {
    clock.now += 1000;
    await client.send(new DeleteParameterCommand({ Name: secretId }));
    for (let version = 1; version <= versions; version++) {
      const entry = { Name: secretId, Type: 'SecureString' as const, Value: hex, Overwrite: version > 1 };
      await client.send(new PutParameterCommand(entry));
    }
    clock.now += 1000;
  }

  it.each([1, 5, 9])('ends the rotation that was open, with %i versions, and is rotated by the next', async (count) => {
    const here = await generatedParameter(client);
    for (let turn = 0; turn < 4; turn++) await wholeRotation(here);
    const open = await here.store.begin();
    await step(here, open, 'createSecret');
    const lost = await here.store.valueOf(open);

    await madeAgain(here.store, count);
    const { token } = await wholeRotation(here);

    expect(await byLabel(here.store)).toEqual({ AWSCURRENT: token, AWSPREVIOUS: String(count) });
    expect(await valuesOf(here.store)).toContain(lost);
  });

  it('between two rotations has versions of its own', async () => {
    const here = await generatedParameter(client);
    for (let turn = 0; turn < 4; turn++) await wholeRotation(here);
    await madeAgain(here.store, 3);

    const before = await byLabel(here.store);
    const { token } = await wholeRotation(here);

    expect(before).toEqual({ AWSCURRENT: '3', AWSPREVIOUS: '2' });
    expect(await byLabel(here.store)).toEqual({ AWSCURRENT: token, AWSPREVIOUS: '3' });
  });
});

describe('the search for a value that opens the system', () => {
  const put = (Name: string, Value: string, KeyId: string) =>
    client.send(new PutParameterCommand({ Name, Value, KeyId, Overwrite: true }));

  it('goes past versions whose key is gone', async () => {
    const { store } = await generatedParameter(client);
    const first = await store.plainRead();
    await put(store.secretId, 'out of reach', 'alias/old');
    for (const value of ['third', 'fourth']) await put(store.secretId, value, 'alias/new');
    sandbox.ssm.denyKey('alias/old');

    expect(await valuesOf(store)).toEqual([first]);
  });

  it('says why when it may read none', async () => {
    const { store } = await generatedParameter(client, { KeyId: 'alias/old' });
    for (const value of ['second', 'third']) await put(store.secretId, value, 'alias/new');
    sandbox.ssm.denyKey('alias/old');

    await expect(valuesOf(store)).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
  });
});
