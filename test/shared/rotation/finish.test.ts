/** finishSecret, in whichever way it is asked for, and what every step does once its version is current. */
import { describe, expect, it } from 'vitest';
import { singleUserStrategy } from '../../../shared/databases/strategies/single-user.ts';
import { crashPlan } from '../../conformance/crash.ts';
import { step } from '../../conformance/rotate.ts';
import { changed, memoryWorld } from '../../support/memory-world.ts';
import { byLabel, labelled } from '../../support/store.ts';

/** A store that copies what becomes current to wherever its owner wants it too. */
async function copying() {
  const here = memoryWorld(singleUserStrategy);
  const copies: string[] = [];
  const versions = { ...here.store.versions, copy: async (_id: string, version: string) => void copies.push(version) };
  const world = { ...here, versions: () => versions };
  const token = await here.store.begin();
  for (const name of ['createSecret', 'setSecret']) await step(world, token, name);
  return { here: world, token, copies };
}

describe('what becomes current', () => {
  it('is copied by each step that finds the rotation unfinished, and no more once it is complete', async () => {
    const { here, token, copies } = await copying();
    const counts: number[] = [];

    for (const name of ['testSecret', 'finishSecret', 'testSecret', 'finishSecret']) {
      await step(here, token, name);
      counts.push(copies.splice(0).filter((version) => version === token).length);
    }

    expect(counts).toEqual([1, 2, 0, 0]);
  });

  it('is copied before anybody is told of success', async () => {
    const { here, token } = await copying();
    const broken = {
      ...here,
      versions: () => ({ ...here.versions(), copy: () => Promise.reject(new Error('no answer')) }),
    };
    const told: string[] = [];

    const failed = step(broken, token, 'finishSecret').then(({ reports }) => told.push(...reports));

    await expect(failed).rejects.toThrow('no answer');
    expect(told).toEqual([]);
    expect((await byLabel(here.store)).AWSPENDING).toBe(token);
  });
});

it.each(['finishSecret', 'finish_secret'])('%s ends a rotation that is promoted', async (name) => {
  const { here, token } = await copying();

  const { reports } = await step(here, token, name);

  expect(reports).toEqual(['succeeded']);
  expect((await byLabel(here.store)).AWSPENDING).toBeUndefined();
});

it('a recovery is no news while the promotion is still to come, in finishSecret', async () => {
  const here = changed(memoryWorld(singleUserStrategy), () => ({ cutover: 'finish' }));
  const token = await here.store.begin();
  await step(here, token, 'createSecret');
  await here.setPassword('app', String((await labelled(here.store, 'AWSPENDING'))?.password));

  const { reports } = await step(here, token, 'setSecret');

  expect(reports).toEqual([]);
});

it('a strategy that promotes in finishSecret is not promoted before', async () => {
  const here = changed(memoryWorld(singleUserStrategy), () => ({ cutover: 'finish' }));
  const before = (await byLabel(here.store)).AWSCURRENT;
  const token = await here.store.begin();
  for (const name of ['createSecret', 'setSecret', 'testSecret']) await step(here, token, name);
  const between = (await byLabel(here.store)).AWSCURRENT;

  await step(here, token, 'finishSecret');

  expect([between, (await byLabel(here.store)).AWSCURRENT]).toEqual([before, token]);
});

it('settle gets no previous value where there is none that it could use', async () => {
  const seen: unknown[] = [];
  const here = changed(memoryWorld(singleUserStrategy), () => ({ settle: async (secrets) => void seen.push(secrets) }));
  const { read } = here.store.versions;
  const token = await here.store.begin();
  for (const name of ['createSecret', 'setSecret']) await step(here, token, name);
  here.store.versions.read = async (id, label, version) =>
    label === 'AWSPREVIOUS' ? undefined : read(id, label, version);

  const { lines } = await step(here, token, 'testSecret');

  expect(seen).toStrictEqual([
    { current: here.strategy(crashPlan()).schema.parse(String(await read('', 'AWSCURRENT')), '') },
  ]);
  expect(lines.map(({ message }) => message)).toEqual(['this version is already AWSCURRENT']);
});

it('a strategy that keeps nothing in order after the promotion has nothing read for it', async () => {
  const { here, token } = await copying();
  const reads: string[] = [];
  const { versions } = here;
  const counted = {
    ...here,
    versions: () => ({ ...versions(), read: async (_id: string, label: string) => void reads.push(label) }),
  };

  await step(counted as typeof here, token, 'finishSecret');

  expect(reads).toEqual([]);
});
