/** AWSPENDING on the version that comes back: what it keeps out, and what a repeat finds. */
import { describe, expect, it } from 'vitest';
import { alternatingUsersStrategy } from '../../../shared/databases/strategies/alternating-users.ts';
import { singleUserStrategy } from '../../../shared/databases/strategies/single-user.ts';
import {
  InvalidSecretError,
  PermissionError,
  ServiceError,
  UnreachableError,
} from '../../../shared/rotation/errors.ts';
import { rotationSteps } from '../../../shared/rotation/strategy.ts';
import { openLabels, rollback, step, wholeRotation } from '../../conformance/rotate.ts';
import { changed, memoryWorld } from '../../support/memory-world.ts';
import { failsWith, type Progress, passwordOf, rotated, storing } from '../../support/rolled-back.ts';
import { byLabel, labelled } from '../../support/store.ts';

describe('a rollback that has AWSPENDING', () => {
  it('has AWSPENDING from before its change until it is told, so that no rotation begins', async () => {
    const { here, labels } = await rotated();
    const seen: unknown[] = [];
    const look = async () => {
      seen.push((await byLabel(here.store)).AWSPENDING, await here.store.begin().catch(({ code }) => code));
    };
    const world = changed(here, (strategy) => ({
      set: async (values, ctx) => look().then(() => strategy.set(values, ctx)),
      test: async (values, ctx) => strategy.test(values, ctx).then(look),
    }));

    await rollback(world);

    expect(seen).toEqual([1, 2].flatMap(() => [labels.AWSPREVIOUS, 'ROTATION_UNFINISHED']));
    expect(await byLabel(here.store)).toEqual({ AWSCURRENT: labels.AWSPREVIOUS, AWSPREVIOUS: labels.AWSCURRENT });
  });

  it('that died after the promotion is told of by the same again, once', async () => {
    const { here, labels } = await rotated();
    let copies = 0;
    const copy = async () => {
      if (copies++ === 0) throw new ServiceError('no copy', { hint: 'repeat it' });
    };
    const again = () => rollback(storing(here, { copy }), { version: labels.AWSPREVIOUS ?? '' });
    await expect(again()).rejects.toThrow('no copy');

    const told = [(await again()).news, (await again()).news];

    expect(told).toEqual([[{ outcome: 'succeeded', action: 'rollback' }], []]);
    expect((await byLabel(here.store)).AWSPENDING).toBeUndefined();
  });

  it('of a version that is back already claims no success where that is refused', async () => {
    const { here, labels, progress } = await rotated();
    await here.setPassword('app', 'by hand');

    const refused = rollback(here, { progress, version: labels.AWSCURRENT ?? '' });

    await expect(refused).rejects.toMatchObject({ code: 'AUTHENTICATION_REFUSED' });
    expect(progress.working).toBe('unknown');
  });

  it('that is refused leaves AWSPENDING with the rotation before it', async () => {
    const { here } = await rotated();
    const token = await here.store.begin();
    for (const name of ['createSecret', 'setSecret']) await step(here, token, name);
    const before = await byLabel(here.store);
    const requireCopy = () => Promise.reject(new InvalidSecretError('no mirror', { hint: 'correct the tag' }));

    await expect(rollback(storing(here, { requireCopy }))).rejects.toThrow('no mirror');

    expect(await byLabel(here.store)).toEqual(before);
  });

  it('that the service takes for a rotation, and repeats, ends as a rollback ends', async () => {
    const { here, labels, progress } = await rotated();
    const lost = new UnreachableError('lost', { code: 'CONNECTION_LOST', hint: 'repeat it' });
    await expect(rollback(changed(here, failsWith(lost)), { progress })).rejects.toBe(lost);
    const value = await passwordOf(here, 'AWSPREVIOUS');

    for (const name of rotationSteps) await step(here, labels.AWSPREVIOUS ?? '', name);

    expect(await byLabel(here.store)).toEqual({ AWSCURRENT: labels.AWSPREVIOUS, AWSPREVIOUS: labels.AWSCURRENT });
    expect([await passwordOf(here, 'AWSCURRENT'), await openLabels(here)]).toEqual([value, ['AWSCURRENT']]);
  });

  it('begins nothing where a whole rotation has passed since the labels were seen', async () => {
    const { here, labels } = await rotated();
    const stale = await here.store.versions.describe('');
    await wholeRotation(here);
    const now = await byLabel(here.store);
    const { describe: look } = here.store.versions;
    let late = 1;
    here.store.versions.describe = async (id) => (late-- > 0 ? stale : look(id));

    const refused = rollback(here, { version: labels.AWSPREVIOUS ?? '' });

    await expect(refused).rejects.toMatchObject({ code: 'PREVIOUS_UNUSABLE' });
    expect([await byLabel(here.store), await openLabels(here)]).toEqual([now, ['AWSCURRENT']]);
  });
});

describe('what works where AWSCURRENT was seen refused', () => {
  it('is AWSPREVIOUS, with any strategy, when the label could not be moved', async () => {
    const here = memoryWorld(alternatingUsersStrategy);
    await wholeRotation(here);
    await here.setPassword(String((await labelled(here.store, 'AWSCURRENT'))?.username), 'by hand');
    here.store.versions.promote = () => Promise.reject(new PermissionError('may not', { hint: 'allow it' }));
    const progress: Progress = { working: 'AWSCURRENT' };

    await expect(rollback(here, { progress })).rejects.toThrow('may not');

    expect(progress.working).toBe('AWSPREVIOUS');
    expect(await openLabels(here)).not.toContain('AWSCURRENT');
  });
});

describe('revokePrevious, when somebody rolls back', () => {
  it.each([1, 2])('ends nothing that AWSPENDING is on, at look %i', async (look) => {
    const here = memoryWorld(singleUserStrategy);
    const revoked: unknown[] = [];
    const revoking = changed(here, () => ({ revoke: async (values) => void revoked.push(values) }));
    const { token } = await wholeRotation(revoking);
    const { AWSPREVIOUS = '' } = await byLabel(here.store);
    const { describe: described } = here.store.versions;
    let looks = 0;
    here.store.versions.describe = async (id) => {
      if (++looks === look) await here.store.versions.markPending?.(id, AWSPREVIOUS, undefined);
      return described(id);
    };

    const { answer } = await step(revoking, token, 'revokePrevious');

    expect(answer).toEqual({ outcome: 'kept', because: 'AWSPREVIOUS is being rolled back to' });
    expect(revoked).toEqual([]);
  });
});
