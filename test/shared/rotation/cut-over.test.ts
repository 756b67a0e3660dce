/** What is taken back when a cut-over fails, and what is not. */
import { describe, expect, it } from 'vitest';
import { singleUserStrategy } from '../../../shared/databases/strategies/single-user.ts';
import { AuthenticationError, PermissionError, StagingError } from '../../../shared/rotation/errors.ts';
import { rotation, step } from '../../conformance/rotate.ts';
import type { Progress } from '../../support/memory-rotation.ts';
import { begun, failing } from '../../support/memory-rotation.ts';
import type { MemoryWorld } from '../../support/memory-world.ts';
import { changed, memoryWorld } from '../../support/memory-world.ts';
import { byLabel, labelled } from '../../support/store.ts';

it.each([
  ['set', {}, ['by the change']],
  ['finish', { cutover: 'finish' } as const, ['by the strategy']],
])('a change that brings its own test is tested by it where %s promotes', async (_where, options, expected) => {
  const tested: string[] = [];
  const here = changed(memoryWorld(singleUserStrategy), (strategy) => ({
    async set(...args) {
      const change = await strategy.set(...args);
      return { ...change, test: async ({ awake }) => void tested.push(awake ? 'by the change' : 'asleep') };
    },
    test: async () => void tested.push('by the strategy'),
  }));

  await rotation(here, await here.store.begin(), options);

  expect(tested).toEqual(expected);
});

describe('a promotion without an answer', () => {
  it('whose label is seen where it was takes nothing back: the move may still come', async () => {
    const { here, token, pending, progress, password } = await begun();
    const { promote } = here.store.versions;
    here.store.versions.promote = () => Promise.reject(new Error('HTTP 500'));

    await expect(step(here, token, 'setSecret', { progress })).rejects.toThrow('HTTP 500');

    expect(password()).toBe(pending);
    expect(progress.working).toBe('AWSPENDING');
    here.store.versions.promote = promote;
    expect(await rotation(here, token)).toEqual(['recovered', 'succeeded']);
  });

  it('that says CURRENT_MOVED, and whose label is seen where it was, takes nothing back either', async () => {
    const { here, token, pending, progress, password } = await begun();
    here.store.versions.promote = async () => {
      throw new StagingError('moved', { code: 'CURRENT_MOVED', hint: 'look again' });
    };

    await expect(step(here, token, 'setSecret', { progress })).rejects.toMatchObject({ code: 'CURRENT_MOVED' });

    expect(password()).toBe(pending);
    expect(progress.working).toBe('AWSPENDING');
  });

  it('is believed once the label is seen, however late the store shows it', async () => {
    const { here, token, progress } = await begun();
    const { promote } = here.store.versions;
    here.store.versions.promote = async (...args) => {
      here.store.lag = 3;
      await promote(...args);
      throw new Error('HTTP 500');
    };

    await step(here, token, 'setSecret', { progress });

    expect(progress.working).toBe('AWSCURRENT');
    expect((await byLabel(here.store)).AWSCURRENT).toBe(token);
  });
});

describe('AWSCURRENT that moved to a third version', () => {
  it('names that version, and says how to go on', async () => {
    const { here, token, progress } = await begun();
    const { promote } = here.store.versions;
    const value = await labelled(here.store, 'AWSCURRENT');
    here.store.versions.promote = async (...late) => {
      await here.store.putCurrent(JSON.stringify({ ...value, password: 'by hand' }));
      return promote(...late);
    };

    const error = await step(here, token, 'setSecret', { progress }).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({
      code: 'CURRENT_MOVED',
      fact: expect.stringContaining(`moved to ${(await byLabel(here.store)).AWSCURRENT}`),
      hint: expect.stringContaining('rotate again'),
      cause: { code: 'CURRENT_MOVED' },
    });
    expect(progress.working).toBe('unknown');
  });

  it('takes nothing back when its value cannot be read', async () => {
    const { here, token, pending, password } = await begun();
    const { promote, read } = here.store.versions;
    here.store.versions.promote = async (...late) => {
      await here.store.putCurrent(JSON.stringify(await labelled(here.store, 'AWSCURRENT')));
      here.store.versions.read = () => Promise.reject(new Error('no answer'));
      return promote(...late);
    };

    await expect(step(here, token, 'setSecret')).rejects.toMatchObject({ code: 'CURRENT_MOVED' });

    here.store.versions.read = read;
    expect(password()).toBe(pending);
  });

  it('does not vouch for a value that it has not seen, where the change needed no outage either', async () => {
    const here = changed(memoryWorld(singleUserStrategy), () => ({ outage: 'none' }));
    const { token } = await begun(here);
    const progress: Progress = { working: 'AWSCURRENT' };
    const { promote } = here.store.versions;
    const value = await labelled(here.store, 'AWSCURRENT');
    here.store.versions.promote = async (...late) => {
      await here.store.putCurrent(JSON.stringify({ ...value, password: 'by hand' }));
      return promote(...late);
    };

    await expect(step(here, token, 'setSecret', { progress })).rejects.toMatchObject({ code: 'CURRENT_MOVED' });

    expect(progress.working).toBe('unknown');
  });
});

describe('before anything is taken back', () => {
  it('the labels are looked at twice, for another delivery may have promoted a moment ago', async () => {
    const { here, token, pending, progress, password } = await begun();
    const late = changed(here, () => ({
      test: async () => {
        here.store.lag = 1;
        await step(here, token, 'setSecret');
        throw new Error('too many connections');
      },
    }));

    await step(late, token, 'setSecret', { progress });

    expect(password()).toBe(pending);
    expect(progress.working).toBe('AWSCURRENT');
    expect((await byLabel(here.store)).AWSCURRENT).toBe(token);
  });
});

it('a promotion that was refused is taken back without reading what is current, which may fail', async () => {
  const { here, token, password } = await begun();
  const { read } = here.store.versions;
  here.store.versions.promote = async () => {
    here.store.versions.read = () => Promise.reject(new Error('no answer'));
    throw new PermissionError('no', { hint: 'grant it' });
  };

  await expect(step(here, token, 'setSecret')).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });

  here.store.versions.read = read;
  expect(password()).toBe('first-password');
});

it('another delivery that has promoted is believed at the first look', async () => {
  const { here, token, progress } = await begun();
  const { describe: look } = here.store.versions;
  const late = changed(here, () => ({
    test: async () => {
      await step(here, token, 'setSecret');
      here.store.versions.describe = async (id) => {
        here.store.versions.describe = () => Promise.reject(new Error('no answer'));
        return look(id);
      };
      throw new Error('too many connections');
    },
  }));

  await step(late, token, 'setSecret', { progress });

  expect(progress.working).toBe('AWSCURRENT');
});

describe('a test that fails', () => {
  const none = (here: MemoryWorld) =>
    changed(here, (strategy) => ({
      async set(...args) {
        const { undo: _, ...change } = await strategy.set(...args);
        return change;
      },
    }));

  it.each([
    ['refused, and nobody knows what works', new AuthenticationError('no', { hint: 'look' }), 'unknown'],
    ['otherwise, and nobody has seen what works', new Error('no'), 'unknown'],
  ])('%s, where nothing can be taken back', async (_how, error, working) => {
    const { here, token, pending, progress, password } = await begun();

    await expect(step(none(failing(here, error)), token, 'setSecret', { progress })).rejects.toThrow('no');

    expect(password()).toBe(pending);
    expect(progress.working).toBe(working);
  });

  it('leaves AWSCURRENT as what works where there is no outage', async () => {
    const here = changed(memoryWorld(singleUserStrategy), () => ({ outage: 'none' }));
    const { token } = await begun(here);
    const progress: Progress = { working: 'AWSCURRENT' };

    await expect(
      step(none(failing(here, new AuthenticationError('no', { hint: 'look' }))), token, 'setSecret', { progress }),
    ).rejects.toThrow('no');

    expect(progress.working).toBe('AWSCURRENT');
  });
});

describe('with CUTOVER=finish', () => {
  it('finishSecret that fails after the promotion says that AWSCURRENT works', async () => {
    const { here, token, progress } = await begun();
    for (const name of ['setSecret', 'testSecret']) await step(here, token, name, { cutover: 'finish' });
    here.store.versions.dropPending = () => Promise.reject(new Error('no answer'));

    await expect(step(here, token, 'finishSecret', { progress })).rejects.toThrow('no answer');

    expect((await byLabel(here.store)).AWSCURRENT).toBe(token);
    expect(progress.working).toBe('AWSCURRENT');
  });

  it('finishSecret that cannot promote moves nothing, and says that either may work', async () => {
    const { here, token, progress } = await begun();
    const before = await byLabel(here.store);
    for (const name of ['setSecret', 'testSecret']) await step(here, token, name, { cutover: 'finish' });
    here.store.versions.promote = () => Promise.reject(new Error('no answer'));

    await expect(step(here, token, 'finishSecret', { progress })).rejects.toThrow('no answer');

    expect(await byLabel(here.store)).toEqual(before);
    expect(progress.working).toBe('AWSCURRENT or AWSPENDING');
  });
});

describe('a pending value that was found accepted, and fails its test', () => {
  const accepted = (outage: 'none' | 'brief') =>
    changed(failing(memoryWorld(singleUserStrategy), new Error('no answer')), () => ({
      outage,
      set: async () => ({ recoveredWith: 'AWSPENDING', close: async () => {} }),
    }));

  it.each([
    ['works all the same, for it has just logged in', 'brief', 'AWSPENDING'],
    ['works, too, where there is no outage: what readers have was refused', 'none', 'AWSPENDING'],
  ] as const)('%s', async (_what, outage, working) => {
    const { here, token } = await begun(accepted(outage));
    const progress: Progress = { working: 'AWSCURRENT' };

    await expect(step(here, token, 'setSecret', { progress })).rejects.toThrow('no answer');

    expect(progress.working).toBe(working);
  });
});
