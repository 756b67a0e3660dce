/** What is said to work once a change was taken back, or could not be. */
import { describe, expect, it } from 'vitest';
import { singleUserStrategy } from '../../../shared/databases/strategies/single-user.ts';
import { AuthenticationError, ServiceError } from '../../../shared/rotation/errors.ts';
import { step, wholeRotation } from '../../conformance/rotate.ts';
import { begun, failing } from '../../support/memory-rotation.ts';
import type { MemoryWorld } from '../../support/memory-world.ts';
import { changed, memoryWorld } from '../../support/memory-world.ts';
import { labelled } from '../../support/store.ts';

describe('what works after a change was taken back', () => {
  it('is AWSPENDING when that had opened the system', async () => {
    const { here, token, progress } = await begun();
    const set = async () => ({
      recoveredWith: 'AWSPENDING',
      undo: async () => {},
      reopens: async () => true,
      close: async () => {},
    });
    const known = changed(failing(here, new Error('the proof failed')), () => ({ set }));

    await expect(step(known, token, 'setSecret', { progress })).rejects.toThrow('the proof failed');

    expect(progress.working).toBe('AWSPENDING');
  });

  it('is AWSPREVIOUS when that had opened the system', async () => {
    const here = memoryWorld(singleUserStrategy);
    await wholeRotation(here);
    const previous = String((await labelled(here.store, 'AWSPREVIOUS'))?.password);
    await here.setPassword('app', previous);
    const { token, progress, password } = await begun(here);

    await expect(step(failing(here, new Error('the proof failed')), token, 'setSecret', { progress })).rejects.toThrow(
      'the proof failed',
    );

    expect(password()).toBe(previous);
    expect(progress.working).toBe('AWSPREVIOUS');
  });

  it('has no name when a version without a label had opened the system', async () => {
    const here = memoryWorld(singleUserStrategy);
    const value = await labelled(here.store, 'AWSCURRENT');
    for (const password of ['not it', 'not it either']) {
      await here.store.putCurrent(JSON.stringify({ ...value, password }));
    }
    const { token, progress, password } = await begun(here);

    await expect(step(failing(here, new Error('the proof failed')), token, 'setSecret', { progress })).rejects.toThrow(
      'the proof failed',
    );

    expect(password()).toBe('first-password');
    expect(progress.working).toBe('unknown');
  });

  it('is not known when it was not seen to open the system, and the hint names the version to try', async () => {
    const here = memoryWorld(singleUserStrategy);
    await wholeRotation(here);
    await here.setPassword('app', String((await labelled(here.store, 'AWSPREVIOUS'))?.password));
    const { token, progress } = await begun(here);
    const refused = new AuthenticationError('the proof failed', { hint: 'look' });
    const unseen = changed(failing(here, refused), (strategy) => ({
      async set(...args) {
        return { ...(await strategy.set(...args)), reopens: async () => false };
      },
    }));

    await expect(step(unseen, token, 'setSecret', { progress })).rejects.toMatchObject({
      fact: 'the proof failed',
      hint: expect.stringMatching(/^look; the value of AWSPREVIOUS was put back, .* try it, then AWSPENDING$/),
    });

    expect(progress.working).toBe('unknown');
  });

  it('is not known when nobody can look', async () => {
    const { here, token, progress } = await begun();
    const blind = changed(failing(here, new Error('the proof failed')), (strategy) => ({
      async set(...args) {
        const { reopens: _, ...change } = await strategy.set(...args);
        return change;
      },
    }));

    await expect(step(blind, token, 'setSecret', { progress })).rejects.toThrow('the proof failed');

    expect(progress.working).toBe('unknown');
  });
});

describe('what works after a change that could not be taken back', () => {
  const stuck = (here: MemoryWorld) =>
    changed(here, (strategy) => ({
      async set(...args) {
        return { ...(await strategy.set(...args)), undo: () => Promise.reject(new Error('the session is gone')) };
      },
    }));

  it('is unknown also when AWSPENDING had passed its test: the undo may have been done, and its answer lost', async () => {
    const { here, token, pending, progress, password } = await begun();
    here.store.versions.promote = async () => {
      throw new ServiceError('throttled', { code: 'THROTTLED', hint: 'repeat it' });
    };

    await expect(step(stuck(here), token, 'setSecret', { progress })).rejects.toMatchObject({
      code: 'THROTTLED',
      hint: expect.stringMatching(/^repeat it; .* try AWSPENDING, then AWSCURRENT$/),
    });

    expect(password()).toBe(pending);
    expect(progress.working).toBe('unknown');
  });

  it('is told to the log by code, without a word of the error', async () => {
    const { here, token } = await begun();
    const lines: unknown[] = [];
    const heard = { ...stuck(failing(here, new Error('the proof failed'))) };
    const context = heard.context;
    heard.context = (given) => {
      const ctx = context(given);
      return { ...ctx, log: (message, fields) => void lines.push([message, fields]) };
    };

    await expect(step(heard, token, 'setSecret')).rejects.toThrow('the proof failed');

    expect(lines).toContainEqual([
      'the change could not be taken back',
      { error: 'UnexpectedError', code: 'UNEXPECTED' },
    ]);
  });
});

describe('what works after a change that nobody tried to take back', () => {
  const exclusive = () => {
    const here = memoryWorld(singleUserStrategy);
    here.server.users.set('app', { password: 'first-password', rights: new Set(), exclusive: true });
    return here;
  };

  it('is AWSPENDING when that has passed its test: only the promotion failed', async () => {
    const { here, token, progress } = await begun(exclusive());
    here.store.versions.promote = async () => {
      throw new ServiceError('throttled', { code: 'THROTTLED', hint: 'repeat it' });
    };

    await expect(step(here, token, 'setSecret', { progress })).rejects.toMatchObject({ hint: 'repeat it' });

    expect(progress.working).toBe('AWSPENDING');
  });

  it('is unknown when its test failed, and the hint says what to try', async () => {
    const { here, token, progress } = await begun(exclusive());
    const refused = new AuthenticationError('no', { hint: 'look' });

    await expect(step(failing(here, refused), token, 'setSecret', { progress })).rejects.toMatchObject({
      hint: expect.stringMatching(/^look; .* try AWSPENDING, then AWSCURRENT$/),
    });

    expect(progress.working).toBe('unknown');
  });

  it('needs no advice where nothing was changed: AWSPENDING had opened the system before', async () => {
    const { here, token, pending, progress } = await begun();
    await here.setPassword('app', pending);
    const refused = new AuthenticationError('no', { hint: 'look' });

    await expect(step(failing(here, refused), token, 'setSecret', { progress })).rejects.toMatchObject({
      hint: 'look',
    });

    expect(progress.working).toBe('unknown');
  });

  it('is unknown when the new credential was refused and nobody can see who has AWSCURRENT', async () => {
    const { here, token, progress } = await begun();
    const blind = changed(here, () => ({
      test: async () => {
        here.store.versions.describe = () => Promise.reject(new Error('no answer'));
        throw new AuthenticationError('no', { hint: 'look' });
      },
    }));

    await expect(step(blind, token, 'setSecret', { progress })).rejects.toMatchObject({ hint: 'look' });

    expect(progress.working).toBe('unknown');
  });
});
