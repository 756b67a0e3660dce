/** A person brings AWSPREVIOUS back: what is told meanwhile, and what follows. `describeRollbacks` has what must hold everywhere. */
import { describe, expect, it } from 'vitest';
import { alternatingUsersStrategy } from '../../../shared/databases/strategies/alternating-users.ts';
import {
  InvalidSecretError,
  PermissionError,
  ServiceError,
  UnreachableError,
} from '../../../shared/rotation/errors.ts';
import { rotationSteps } from '../../../shared/rotation/strategy.ts';
import type { SecretVersions } from '../../../shared/rotation/versions.ts';
import { crashPlan } from '../../conformance/crash.ts';
import { openLabels, rollback, step, wholeRotation } from '../../conformance/rotate.ts';
import { changed, type memoryWorld } from '../../support/memory-world.ts';
import { failsWith, passwordOf, rotated, storing } from '../../support/rolled-back.ts';
import { byLabel } from '../../support/store.ts';

describe('a rollback', () => {
  it('is no step of a rotation: an event of Secrets Manager cannot ask for it', async () => {
    const { here, labels } = await rotated();

    await expect(step(here, labels.AWSPREVIOUS ?? '', 'rollback')).rejects.toMatchObject({ code: 'TOKEN_NOT_PENDING' });
    await expect(step(here, labels.AWSCURRENT ?? '', 'rollback')).resolves.toMatchObject({ news: [] });

    expect(await byLabel(here.store)).toEqual(labels);
  });

  it('promotes at once, also where CUTOVER is finish, and says what works', async () => {
    const { here, labels, progress } = await rotated();

    const { lines } = await rollback(here, { progress, cutover: 'finish' });

    expect((await byLabel(here.store)).AWSCURRENT).toBe(labels.AWSPREVIOUS);
    expect(progress.working).toBe('AWSCURRENT');
    expect(lines.at(-1)).toEqual({
      message: 'AWSCURRENT is the version that was rolled back to',
      fields: { previous: labels.AWSCURRENT },
    });
  });

  it('tells that AWSPREVIOUS saved the day where AWSCURRENT was refused, and succeeds', async () => {
    const { here, progress } = await rotated();
    await here.setPassword('app', await passwordOf(here, 'AWSPREVIOUS'));

    const { news } = await rollback(here, { progress });

    expect(news).toEqual([
      { outcome: 'recovered', recoveredWith: 'AWSPREVIOUS' },
      { outcome: 'succeeded', action: 'rollback' },
    ]);
  });

  it('tells which version without a label opened the system', async () => {
    const { here, progress } = await rotated();
    const forgotten = await passwordOf(here, 'AWSPREVIOUS');
    await wholeRotation(here);
    await here.setPassword('app', forgotten);

    const { news } = await rollback(here, { progress });

    expect(news[0]).toEqual({ outcome: 'recovered', recoveredWith: 'a version without a label' });
    expect(await openLabels(here)).toEqual(['AWSCURRENT']);
  });

  it('tries no password twice', async () => {
    const { here, progress } = await rotated();
    await here.setPassword('app', 'by hand');
    await here.refusedLogins();

    await expect(rollback(here, { progress })).rejects.toMatchObject({ code: 'LOCKED_OUT' });

    expect(await here.refusedLogins()).toBe(2);
  });

  it('copies and settles before people are told, and again when it is asked for again', async () => {
    const { here, labels } = await rotated();
    const done: string[] = [];
    const world = changed(here, () => ({
      settle: async ({ current, previous }) => void done.push(`${current.password} ${previous?.password}`),
    }));
    const [current, previous] = [await passwordOf(here, 'AWSCURRENT'), await passwordOf(here, 'AWSPREVIOUS')];
    const copying = storing(world, { copy: async (_id, version) => void done.push(version) });

    await rollback(copying, { version: labels.AWSPREVIOUS ?? '' });
    await rollback(copying, { version: labels.AWSPREVIOUS ?? '' });

    expect(done).toEqual([1, 2].flatMap(() => [labels.AWSPREVIOUS, `${previous} ${current}`]));
  });

  it('tells nobody of success while a copy is missing', async () => {
    const { here, labels } = await rotated();
    const copy = () => Promise.reject(new ServiceError('no copy', { hint: 'repeat it' }));

    await expect(rollback(storing(here, { copy }))).rejects.toThrow('no copy');

    expect((await byLabel(here.store)).AWSCURRENT).toBe(labels.AWSPREVIOUS);
  });

  it('changes nothing when the value could not be copied', async () => {
    const { here, labels } = await rotated();
    const asked: string[] = [];
    const requireCopy: SecretVersions['requireCopy'] = (_id, text) => {
      asked.push(JSON.parse(text).password);
      return Promise.reject(new InvalidSecretError('no mirror', { hint: 'correct the tag' }));
    };

    await expect(rollback(storing(here, { requireCopy }))).rejects.toThrow('no mirror');

    expect(asked).toEqual([await passwordOf(here, 'AWSPREVIOUS')]);
    expect([await byLabel(here.store), await openLabels(here)]).toEqual([labels, ['AWSCURRENT']]);
  });

  it('asks for a later revocation of the version that leaves', async () => {
    const { here, labels } = await rotated();
    const asked: unknown[] = [];
    const world = changed(here, () => ({ settle: async (_values, ctx) => void (await ctx.later?.(new Date(0))) }));
    const context = (given: object) =>
      here.context({ ...given, later: async (_at, previous) => void asked.push(previous) });

    await rollback({ ...world, context });

    expect(asked).toEqual([labels.AWSCURRENT]);
  });

  it('is not undone by the last steps of the rotation before it, which may be on their way', async () => {
    const { here, labels } = await rotated();
    const token = await here.store.begin();
    for (const name of ['createSecret', 'setSecret']) await step(here, token, name);

    await rollback(here, { version: labels.AWSCURRENT ?? '' });
    for (const name of ['testSecret', 'finishSecret']) {
      await expect(step(here, token, name)).rejects.toMatchObject({ code: 'TOKEN_NOT_PENDING' });
    }

    expect(await byLabel(here.store)).toEqual({ AWSCURRENT: labels.AWSCURRENT, AWSPREVIOUS: token });
    expect(await openLabels(here)).toEqual(['AWSCURRENT']);
  });

  it('is a rotation to the value from before, where the store has no label that could move back', async () => {
    const { here } = await rotated();
    const [current, previous] = [await passwordOf(here, 'AWSCURRENT'), await passwordOf(here, 'AWSPREVIOUS')];
    const token = await here.store.begin();
    const news: unknown[] = [];

    for (const name of rotationSteps) news.push(...(await step(here, token, name, { asked: 'rollback' })).news);

    expect((await byLabel(here.store)).AWSCURRENT).toBe(token);
    expect([await passwordOf(here, 'AWSCURRENT'), await passwordOf(here, 'AWSPREVIOUS')]).toEqual([previous, current]);
    expect(await openLabels(here)).toEqual(['AWSCURRENT']);
    expect(news).toEqual([{ outcome: 'succeeded', action: 'rollback' }]);
  });

  it('of a version that is back already sees that it opens the system, and tells nobody', async () => {
    const { here, labels } = await rotated();
    await rollback(here);
    const plan = crashPlan();

    const { news } = await rollback(here, { plan, version: labels.AWSPREVIOUS ?? '' });

    expect(plan.calls).toEqual(['describe', 'read AWSCURRENT', 'connect app', 'ping', 'close']);
    expect(news).toEqual([]);
  });

  it('looks at the labels before and after AWSPENDING is moved, and reads AWSPREVIOUS once, where they are as the person saw them', async () => {
    const { here, labels } = await rotated();
    const { describe: look, read } = here.store.versions;
    const asked: string[] = [];
    here.store.versions.describe = async (id) => {
      asked.push('labels');
      return look(id);
    };
    here.store.versions.read = async (id, label, version) => {
      asked.push(`${label} ${version}`);
      return read(id, label, version);
    };

    await rollback(here);

    expect(asked).toEqual(['labels', 'labels', `AWSPREVIOUS ${labels.AWSPREVIOUS}`, `AWSCURRENT ${labels.AWSCURRENT}`]);
  });

  it('looks again before it believes that the label is elsewhere: a description may be late', async () => {
    const { here, labels } = await rotated();
    const { describe: look } = here.store.versions;
    let late = 2;
    here.store.versions.describe = async (id) => {
      const seen = await look(id);
      return late-- > 0 ? { ...seen, labels: { [labels.AWSPREVIOUS ?? '']: [], one: ['AWSCURRENT'] } } : seen;
    };

    await rollback(here);

    expect((await byLabel(here.store)).AWSCURRENT).toBe(labels.AWSPREVIOUS);
  });

  it.each([1, 2])('gets through when %i reads after the rotation are stale', async (lag) => {
    const { here, labels } = await rotated();
    const token = await here.store.begin();
    here.store.lag = lag;
    for (const name of ['createSecret', 'setSecret', 'finishSecret']) await step(here, token, name);

    await rollback(here, { version: labels.AWSCURRENT ?? '' });

    expect((await byLabel(here.store)).AWSCURRENT).toBe(labels.AWSCURRENT);
  });
});

describe('what a failed rollback says that works', () => {
  const failing = async (error: Error, strategy?: Parameters<typeof memoryWorld>[0]) => {
    const { here, progress } = await rotated(strategy);
    const thrown = await rollback(changed(here, failsWith(error)), { progress }).catch((caught) => caught);
    return { thrown, working: progress.working };
  };
  const lost = new UnreachableError('lost', { code: 'CONNECTION_LOST', hint: 'repeat it' });

  it('is unknown where an earlier try may have got through, and AWSCURRENT where none could', async () => {
    expect(await failing(lost)).toMatchObject({ working: 'unknown' });
    expect(await failing(lost, alternatingUsersStrategy)).toMatchObject({ working: 'AWSCURRENT' });
  });

  it('is AWSCURRENT when that logged in, and the server said no to the change', async () => {
    const { here, progress } = await rotated();
    const refusing = changed(here, () => ({
      set: async (_values, ctx) => {
        ctx.currentOpens?.();
        throw new PermissionError('no', { hint: 'grant it' });
      },
    }));

    await expect(rollback(refusing, { progress })).rejects.toThrow('no');

    expect(progress.working).toBe('AWSCURRENT');
  });

  it('is AWSCURRENT when the proof failed and the change was taken back', async () => {
    const { here, labels, progress } = await rotated();
    const world = changed(here, () => ({ test: () => Promise.reject(lost) }));

    await expect(rollback(world, { progress })).rejects.toMatchObject({ code: 'CONNECTION_LOST' });

    expect(progress.working).toBe('AWSCURRENT');
    expect([await byLabel(here.store), await openLabels(here)]).toEqual([labels, ['AWSCURRENT']]);
  });

  it('is AWSPREVIOUS when that opened the system before, and its label could not be moved', async () => {
    const { here, progress } = await rotated();
    await here.setPassword('app', await passwordOf(here, 'AWSPREVIOUS'));
    here.store.versions.promote = () => Promise.reject(new PermissionError('may not', { hint: 'allow it' }));

    await expect(rollback(here, { progress })).rejects.toThrow('may not');

    expect(progress.working).toBe('AWSPREVIOUS');
  });

  it('is AWSPREVIOUS, too, when it was proven and nobody knows whether the label has moved', async () => {
    const { here, progress } = await rotated();
    here.store.versions.promote = () => Promise.reject(lost);

    await expect(rollback(here, { progress })).rejects.toMatchObject({ code: 'CONNECTION_LOST' });

    expect(progress.working).toBe('AWSPREVIOUS');
    expect(await openLabels(here)).toEqual(['AWSPREVIOUS', 'AWSPENDING']);
  });

  it('is unknown when nothing was seen, and the hint names the versions to try', async () => {
    const { here, progress } = await rotated();
    const change = { undo: () => Promise.reject(new Error('gone')), close: async () => {} };
    const world = changed(here, () => ({ set: async () => change, test: () => Promise.reject(lost) }));

    await expect(rollback(world, { progress })).rejects.toMatchObject({
      hint: expect.stringContaining('try AWSPREVIOUS, then AWSCURRENT'),
    });

    expect(progress.working).toBe('unknown');
  });

  it('is AWSPREVIOUS when what was put back is that', async () => {
    const { here, progress } = await rotated();
    const change = {
      recoveredWith: 'AWSPENDING',
      undo: async () => {},
      reopens: async () => true,
      close: async () => {},
    };
    const world = changed(here, () => ({ set: async () => change, test: () => Promise.reject(lost) }));

    await expect(rollback(world, { progress })).rejects.toThrow('lost');

    expect(progress.working).toBe('AWSPREVIOUS');
  });
});
