/** What a rotation leaves of a parameter, and who may begin one. */
import { randomUUID } from 'node:crypto';
import { GetParameterHistoryCommand } from '@aws-sdk/client-ssm';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox } from '../../../../local/sandbox.ts';
import { singleUserStrategy } from '../../../../shared/databases/strategies/single-user.ts';
import { parameterVersions } from '../../../../shared/stores/parameter-store/parameter-store.ts';
import { rotation, step, wholeRotation } from '../../../conformance/rotate.ts';
import { generatedParameter, hexValue as hex, parameterViews } from '../../../support/generated-parameter.ts';
import { memoryWorld } from '../../../support/memory-world.ts';
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
  sandbox.faults.clear();
  clock.now = Date.now();
});
const world = (given: Parameters<typeof generatedParameter>[1] = {}) => generatedParameter(client, given);
const { described, labelsOf, tagsOf, label } = parameterViews(client);

describe('a rotation', () => {
  it('keeps type, tier, key, description, pattern, data type and tags', async () => {
    const here = await world({
      Tier: 'Advanced',
      KeyId: 'alias/own',
      Description: 'how the shop reaches its orders',
      AllowedPattern: '.*value.*',
      DataType: 'text',
      Tags: [{ Key: 'team', Value: 'payments' }],
    });
    const before = await described(here.store);

    await wholeRotation(here);

    const after = await described(here.store);
    const changing = { Version: expect.any(Number), LastModifiedDate: expect.any(Date) };
    expect(after).toEqual({ ...before, ...changing });
    expect(await tagsOf(here.store.secretId)).toEqual({ team: 'payments' });
  });

  it('keeps the pending value under the same key and tier, with the same tags, and tells whose it is', async () => {
    const here = await world({ Tier: 'Advanced', KeyId: 'alias/own', Tags: [{ Key: 'team', Value: 'payments' }] });

    await wholeRotation(here);

    expect(await described({ secretId: here.store.companion })).toMatchObject({
      Type: 'SecureString',
      Tier: 'Advanced',
      KeyId: 'alias/own',
    });
    expect(await tagsOf(here.store.companion)).toEqual({ team: 'payments', 'rekey:companion-of': here.store.secretId });
  });

  it('says nothing of a value in a description, a label or a tag', async () => {
    const here = await world();

    await wholeRotation(here);

    const value = JSON.parse(await here.store.plainRead()).value as string;
    const told = await client.send(new GetParameterHistoryCommand({ Name: here.store.companion }));
    expect(value).toMatch(/^[0-9a-f]{32}$/);
    expect(JSON.stringify([told.Parameters, await tagsOf(here.store.companion)])).not.toContain(value);
  });

  it('moves the labels for readers along, and leaves those of others alone', async () => {
    const here = await world();
    await wholeRotation(here);
    await label(here.store.secretId, 1, 'mine');

    await wholeRotation(here);

    expect(await labelsOf(here.store.secretId)).toEqual({ mine: 1, previous: 2, current: 3 });
    expect(Object.keys(await labelsOf(here.store.companion))).toEqual(['pending']);
  });

  it('does not fail when the version before has no room for a label more', async () => {
    const here = await world();
    await label(here.store.secretId, 1, ...Array.from({ length: 10 }, (_, index) => `mine-${index}`));

    await wholeRotation(here);

    expect(await labelsOf(here.store.secretId)).toMatchObject({ 'mine-0': 1, current: 2 });
  });

  it(
    'does not count versions: the 205th is as good as the first, whatever label was on an old one',
    async () => {
      const here = await world();
      await label(here.store.secretId, 1, 'golden');

      for (let turn = 1; turn <= 205; turn++) await wholeRotation(here);

      const labels = await labelsOf(here.store.secretId);
      expect(labels).toEqual({ golden: expect.any(Number), previous: 205, current: 206 });
      expect(labels.golden).toBeGreaterThan(100);
    },
    patience(120_000),
  );

  it('makes room when a label was put in its way in the middle of it', async () => {
    const here = await world();
    for (let version = 2; version <= 100; version++) await here.store.putCurrent(hex);
    const token = await here.store.begin();
    await step(here, token, 'createSecret');
    await label(here.store.secretId, 1, 'golden');

    await step(here, token, 'setSecret');
    await step(here, token, 'finishSecret');

    expect((await byLabel(here.store)).AWSCURRENT).toBe(token);
    expect(await labelsOf(here.store.secretId)).toMatchObject({ golden: 2, current: 101 });
  });

  it.each([1, 2])('passes when %i reads after each write lag behind it', async (staleReads) => {
    const here = await world();
    sandbox.faults.staleReads = staleReads;

    for (let turn = 0; turn < 3; turn++) await wholeRotation(here);

    sandbox.faults.staleReads = 0;
    expect(await labelsOf(here.store.secretId)).toMatchObject({ previous: 3, current: 4 });
  });

  it('passes when more lag, in an invocation that remembers what it has seen', async () => {
    const here = await world();
    const remembering = parameterVersions({ client, signal: new AbortController().signal });
    const token = randomUUID();
    sandbox.faults.staleReads = 5;

    await remembering.begin(here.store.secretId, token, { deadAfterMs: 0 });
    await rotation({ ...here, versions: () => remembering }, token);

    sandbox.faults.staleReads = 0;
    expect((await byLabel(here.store)).AWSCURRENT).toBe(token);
  });

  it.each(['cut', 'error'] as const)(
    'knows its value again when the answer to each write is lost (%s), and the SDK writes twice',
    async (action) => {
      const memory = await onParameterStore(memoryWorld(singleUserStrategy), client);
      const before = (await byLabel(memory.store)).AWSCURRENT;
      for (let nth = 1; nth <= 8; nth += 2) {
        sandbox.faults.add({ service: 'ssm', operation: 'PutParameter', nth, action, when: 'after' });
      }

      const { token } = await wholeRotation(memory);

      expect(sandbox.faults.pending()).toEqual([]);
      expect(await byLabel(memory.store)).toEqual({ AWSCURRENT: token, AWSPREVIOUS: before });
      expect(await memory.opens(JSON.parse(await memory.store.plainRead()))).toBe(true);
    },
  );
});

describe('who rotates', () => {
  it('of ten that begin at once, one does', async () => {
    const { store } = await world();
    const tokens = Array.from({ length: 10 }, () => randomUUID());

    const begun = await Promise.all(
      tokens.map((token) => store.versions.begin(store.secretId, token, { deadAfterMs: 60_000 })),
    );

    const pending = (await byLabel(store)).AWSPENDING;
    expect(begun.filter(({ goesOn }) => goesOn)).toEqual([{ goesOn: true, token: pending, isPromoted: false }]);
  });

  it('the same when the parameter was rotated before', async () => {
    const here = await world();
    await wholeRotation(here);
    const { store } = here;
    const tokens = Array.from({ length: 10 }, () => randomUUID());

    const begun = await Promise.all(
      tokens.map((token) => store.versions.begin(store.secretId, token, { deadAfterMs: 60_000 })),
    );

    const pending = (await byLabel(store)).AWSPENDING;
    expect(begun.filter(({ goesOn }) => goesOn)).toEqual([{ goesOn: true, token: pending, isPromoted: false }]);
  });

  it('an old token that comes late changes nothing', async () => {
    const here = await world();
    const { token } = await wholeRotation(here);
    await wholeRotation(here);

    const begun = await here.store.versions.begin(here.store.secretId, token, { deadAfterMs: 0 });

    expect(begun).toEqual({ goesOn: false, because: expect.stringContaining('is complete') });
  });

  it('a value that is stored by hand ends a rotation, and the same token begins another', async () => {
    const here = await world();
    const token = await here.store.begin();
    await step(here, token, 'createSecret');
    await here.store.putCurrent(hex);

    const ended = step(here, token, 'setSecret');

    await expect(ended).rejects.toMatchObject({ code: 'TOKEN_UNKNOWN' });
    expect(await here.store.versions.begin(here.store.secretId, token, { deadAfterMs: 0 })).toMatchObject({
      goesOn: true,
      token,
    });
    expect(await here.store.versions.read(here.store.secretId, 'AWSPENDING', token)).toBeUndefined();
  });
});
