/** What a strategy does once its value is current, and what cannot be taken back. */
import { describe, expect, it } from 'vitest';
import { singleUserStrategy } from '../../../shared/databases/strategies/single-user.ts';
import { AuthenticationError, ServiceError } from '../../../shared/rotation/errors.ts';
import type { Rotation } from '../../../shared/rotation/rotation.ts';
import { rotation, step, wholeRotation } from '../../conformance/rotate.ts';
import type { MemoryWorld } from '../../support/memory-world.ts';
import { changed, memoryWorld } from '../../support/memory-world.ts';
import { byLabel, labelled } from '../../support/store.ts';

describe('settle', () => {
  it('gets the current and the previous value, after the promotion and before the report', async () => {
    const seen: (string | undefined)[][] = [];
    const world = changed(memoryWorld(singleUserStrategy), () => ({
      settle: async ({ current, previous }) => void seen.push([current.password, previous?.password]),
    }));

    await wholeRotation(world);

    const { AWSCURRENT, AWSPREVIOUS } = await byLabel(world.store);
    const passwords = [AWSCURRENT, AWSPREVIOUS].map((version) => world.store.valueOf(String(version)));
    const [current, previous] = (await Promise.all(passwords)).map((text) => JSON.parse(String(text)).password);
    expect(seen.length).toBeGreaterThan(0);
    for (const pair of seen) expect(pair).toEqual([current, previous]);
  });

  it('reads the current value of this rotation, by its version: what was read ahead may be of before the promotion', async () => {
    const world = changed(memoryWorld(singleUserStrategy), () => ({ settle: async () => {} }));
    const { versions } = world.store;
    const token = await rotatedTo(world);
    const asked: unknown[] = [];
    const { read } = versions;
    versions.read = async (id, label, version) => {
      if (label === 'AWSCURRENT') asked.push(version);
      return read(id, label, version);
    };

    for (const late of ['setSecret', 'testSecret', 'finishSecret']) await step(world, token, late);

    expect(asked).toEqual([token, token, token]);
  });

  it('that fails is repeated by a later step, and AWSPENDING and the report wait for it', async () => {
    let failures = 1;
    const world = changed(memoryWorld(singleUserStrategy), () => ({
      settle: async () => {
        if (failures-- > 0) throw new Error('not yet');
      },
    }));
    const token = await world.store.begin();
    await step(world, token, 'createSecret');
    await step(world, token, 'setSecret');

    await expect(step(world, token, 'finishSecret')).rejects.toThrow('not yet');
    const between = await byLabel(world.store);
    const reports = await rotation(world, token);

    expect(between.AWSPENDING).toBe(token);
    expect(reports).toEqual(['succeeded']);
    expect((await byLabel(world.store)).AWSPENDING).toBeUndefined();
  });

  it('does without a previous value that is of another shape', async () => {
    const previous: unknown[] = [];
    const world = changed(memoryWorld(singleUserStrategy), () => ({
      settle: async (secrets) => void previous.push(secrets.previous),
    }));
    const token = await world.store.begin();
    await step(world, token, 'createSecret');
    await step(world, token, 'setSecret');
    const { read } = world.store.versions;
    world.store.versions.read = async (id, label, version) =>
      label === 'AWSPREVIOUS' ? 'not JSON at all' : read(id, label, version);

    await step(world, token, 'finishSecret');

    expect(previous).toEqual([undefined]);
  });
});

const refused = () => Promise.reject(new AuthenticationError('the proof failed', { hint: 'look' }));

it('a change that cannot be taken back: nothing is said to work that was not seen, and the hint says what to try', async () => {
  const healthy = memoryWorld(singleUserStrategy);
  const world = changed(healthy, (strategy) => ({
    async set(...args) {
      const change = await strategy.set(...args);
      return { ...change, undo: () => Promise.reject(new Error('the session is gone')) };
    },
    test: refused,
  }));
  const token = await world.store.begin();
  await step(world, token, 'createSecret');
  const progress: Rotation<object>['progress'] = { working: 'AWSCURRENT' };

  await expect(step(world, token, 'setSecret', { progress })).rejects.toMatchObject({
    fact: 'the proof failed',
    hint: expect.stringMatching(/^look; .* try AWSPENDING, then AWSCURRENT$/),
  });

  expect(progress.working).toBe('unknown');
  expect(await world.opens((await labelled(world.store, 'AWSPENDING')) as never)).toBe(true);
  expect(await rotation(healthy, token)).toEqual(['recovered', 'succeeded']);
});

it('a change that was taken back, and whose credential is not seen to open the system: nothing is said to work', async () => {
  const world = changed(memoryWorld(singleUserStrategy), () => ({ test: refused }));
  const token = await world.store.begin();
  await step(world, token, 'createSecret');
  const progress: Rotation<object>['progress'] = { working: 'AWSCURRENT' };
  // As a server does that keeps the old password in a form by which nobody can log in.
  const broken = changed(world, (strategy) => ({
    async set(...args) {
      const change = await strategy.set(...args);
      return { ...change, undo: () => world.setPassword('app', 'kept wrongly') };
    },
  }));

  await expect(step(broken, token, 'setSecret', { progress })).rejects.toMatchObject({
    hint: expect.stringMatching(/^look; the value of AWSCURRENT was put back, .* try it, then AWSPENDING$/),
  });

  expect(progress.working).toBe('unknown');
});

it('a change that was taken back, and seen to be: AWSCURRENT works', async () => {
  const world = changed(memoryWorld(singleUserStrategy), () => ({ test: refused }));
  const token = await world.store.begin();
  await step(world, token, 'createSecret');
  const progress: Rotation<object>['progress'] = { working: 'unknown' };

  await expect(step(world, token, 'setSecret', { progress })).rejects.toMatchObject({ hint: 'look' });

  expect(progress.working).toBe('AWSCURRENT');
  expect(await world.opens((await labelled(world.store, 'AWSCURRENT')) as never)).toBe(true);
});

describe('createSecret that fails', () => {
  const broken = (world: MemoryWorld) => changed(world, () => ({ create: () => Promise.reject(new Error('no')) }));

  it('before a value was stored has changed nothing: AWSCURRENT works as before', async () => {
    const world = broken(memoryWorld(singleUserStrategy));
    const token = await world.store.begin();
    const progress: Rotation<object>['progress'] = { working: 'unknown' };

    await expect(step(world, token, 'createSecret', { progress })).rejects.toThrow('no');

    expect(progress.working).toBe('AWSCURRENT');
  });

  it('after an earlier try stored one says that either may work: that try may have got further', async () => {
    const world = memoryWorld(singleUserStrategy);
    const token = await world.store.begin();
    await step(world, token, 'createSecret');
    const progress: Rotation<object>['progress'] = { working: 'unknown' };

    await expect(step(broken(world), token, 'createSecret', { progress })).rejects.toThrow('no');

    expect(progress.working).toBe('AWSCURRENT or AWSPENDING');
  });
});

it('a delivery that fails takes nothing back once another delivery of the step has promoted the value', async () => {
  const healthy = memoryWorld(singleUserStrategy);
  const token = await healthy.store.begin();
  await step(healthy, token, 'createSecret');
  const late = changed(healthy, () => ({
    test: async () => {
      await step(healthy, token, 'setSecret');
      throw new Error('too many connections');
    },
  }));

  await step(late, token, 'setSecret');

  expect((await byLabel(healthy.store)).AWSCURRENT).toBe(token);
  expect(await healthy.opens((await labelled(healthy.store, 'AWSCURRENT')) as never)).toBe(true);
});

it('nothing is taken back while nobody can see who has AWSCURRENT', async () => {
  const healthy = memoryWorld(singleUserStrategy);
  const token = await healthy.store.begin();
  await step(healthy, token, 'createSecret');
  const { describe: look } = healthy.store.versions;
  const blind = changed(healthy, () => ({
    test: async () => {
      healthy.store.versions.describe = () => Promise.reject(new Error('no answer'));
      throw new Error('the proof failed');
    },
  }));

  await expect(step(blind, token, 'setSecret')).rejects.toThrow('the proof failed');
  healthy.store.versions.describe = look;

  expect(await healthy.opens((await labelled(healthy.store, 'AWSPENDING')) as never)).toBe(true);
  expect(await rotation(healthy, token)).toEqual(['recovered', 'succeeded']);
});

it('a promotion that the service turned away every time is taken back', async () => {
  const world = memoryWorld(singleUserStrategy);
  const token = await world.store.begin();
  await step(world, token, 'createSecret');
  const { promote } = world.store.versions;
  world.store.versions.promote = async () => {
    throw new ServiceError('throttled', { code: 'THROTTLED', hint: 'repeat it' });
  };

  await expect(step(world, token, 'setSecret')).rejects.toMatchObject({ code: 'THROTTLED' });
  world.store.versions.promote = promote;

  expect(await world.opens((await labelled(world.store, 'AWSCURRENT')) as never)).toBe(true);
  expect(await rotation(world, token)).toEqual(['succeeded']);
});

async function rotatedTo(world: MemoryWorld): Promise<string> {
  const token = await world.store.begin();
  for (const name of ['createSecret', 'setSecret']) await step(world, token, name);
  return token;
}
