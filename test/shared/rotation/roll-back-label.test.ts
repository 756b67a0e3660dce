/** What a rollback does with AWSPENDING where labels move, lag, or cannot be moved. */
import { describe, expect, it } from 'vitest';
import type { DatabaseSecret } from '../../../shared/databases/secret.ts';
import { alternatingUsersStrategy } from '../../../shared/databases/strategies/alternating-users.ts';
import {
  AuthenticationError,
  InvalidSecretError,
  ServiceError,
  StagingError,
} from '../../../shared/rotation/errors.ts';
import type { RotationStrategy } from '../../../shared/rotation/strategy.ts';
import type { SecretDescription, SecretVersions } from '../../../shared/rotation/versions.ts';
import { rollback, step, wholeRotation } from '../../conformance/rotate.ts';
import { changed, type MemoryWorld } from '../../support/memory-world.ts';
import { rotated } from '../../support/rolled-back.ts';
import { byLabel } from '../../support/store.ts';

type Labels = SecretDescription['labels'];
const REFUSED = new InvalidSecretError('no mirror', { hint: 'correct the tag' });

/** Rotated once; each call that moves AWSPENDING is kept, and nothing is set. */
async function watched(strategy?: Parameters<typeof rotated>[0]) {
  const { here, labels } = await rotated(strategy);
  const { AWSCURRENT: left = '', AWSPREVIOUS: back = '' } = labels;
  const moves: unknown[] = [];
  const { versions } = here.store;
  const { markPending, dropPending } = versions;
  versions.markPending = async (id, version, from) => {
    moves.push(['mark', version, from]);
    await markPending?.(id, version, from);
  };
  versions.dropPending = async (id, version) => {
    moves.push(['drop', version]);
    await dropPending(id, version);
  };
  const sets: unknown[] = [];
  const world = changed(here, () => ({ set: async (values) => Promise.reject(sets.push(values)) }));
  return { here, world, left, back, moves, sets };
}

/** Refused once AWSPENDING is where it should be, and before anything is set. */
const refusing = (world: MemoryWorld, more: Partial<SecretVersions> = {}): MemoryWorld => ({
  ...world,
  versions: () => ({ ...world.store.versions, requireCopy: () => Promise.reject(REFUSED), ...more }),
});
/** What descriptions show, from the one on that comes after the refusal of which nothing is promoted. */
const showing = ({ store }: MemoryWorld, after: number, labels: (now: Labels) => Labels | Promise<Labels>) => {
  const look = store.versions.describe;
  let refused = false;
  let looks = 0;
  return {
    requireCopy: () => {
      refused = true;
      return Promise.reject(REFUSED);
    },
    describe: async (id: string) => {
      const seen = await look(id);
      if (!refused || looks++ < after) return seen;
      return { ...seen, labels: await labels(seen.labels) };
    },
  };
};
/** Whether another delivery has promoted the version is looked for so often before anything is taken back. */
const LOOKS = 2;

describe('AWSPENDING, before anything is set', () => {
  it('is moved once, from nobody, and taken off again where the rollback is refused', async () => {
    const { world, back, moves } = await watched();

    await expect(rollback(refusing(world))).rejects.toBe(REFUSED);

    expect(moves).toEqual([
      ['mark', back, undefined],
      ['drop', back],
    ]);
  });

  it('is not moved again by a repeat, which leaves it where it found it', async () => {
    const { here, world, back, moves } = await watched();
    await here.store.versions.markPending?.('', back, undefined);
    moves.length = 0;

    await expect(rollback(refusing(world))).rejects.toBe(REFUSED);

    expect([moves, (await byLabel(here.store)).AWSPENDING]).toEqual([[], back]);
  });

  it('goes back to the rotation that has ended and not taken it off, and to no other version', async () => {
    const { here, world, left, back, moves } = await watched();
    await here.store.versions.markPending?.('', left, undefined);
    moves.length = 0;

    await expect(rollback(refusing(world))).rejects.toBe(REFUSED);
    const after = (await byLabel(here.store)).AWSPENDING;
    const elsewhere = ({ [left]: _, ...others }: Labels) => ({ ...others, [left]: ['AWSPREVIOUS'] });
    await expect(rollback(refusing(world, showing(world, LOOKS, elsewhere)))).rejects.toBe(REFUSED);

    expect([after, (await byLabel(here.store)).AWSPENDING]).toEqual([left, undefined]);
    expect(moves).toEqual([
      ['mark', back, left],
      ['mark', left, back],
      ['mark', back, left],
      ['drop', back],
    ]);
  });

  it('stays where another delivery has promoted the version meanwhile: it has not told yet', async () => {
    const { here, world, left, back } = await watched();
    const promoted = async () => {
      if ((await byLabel(here.store)).AWSCURRENT === left) await here.store.versions.promote('', back, left);
      return here.store.labels();
    };

    await expect(rollback(refusing(world, showing(world, LOOKS, promoted)))).rejects.toBe(REFUSED);

    expect(await byLabel(here.store)).toMatchObject({ AWSCURRENT: back, AWSPENDING: back });
  });

  it('that cannot be taken off is logged, and the refusal is what is told', async () => {
    const { world } = await watched();
    const lines: { message: string; fields?: unknown }[] = [];
    const told: MemoryWorld = {
      ...refusing(
        world,
        showing(world, LOOKS, () => Promise.reject(new ServiceError('down', { hint: 'wait' }))),
      ),
      context: (given) => {
        const ctx = world.context(given);
        return { ...ctx, log: (message, fields) => void lines.push({ message, fields }) };
      },
    };

    await expect(rollback(told)).rejects.toBe(REFUSED);

    expect(lines).toContainEqual({
      message: 'AWSPENDING could not be taken off',
      fields: { error: 'ServiceError', code: 'SERVICE_FAILED' },
    });
  });

  it.each([
    ['the service fails', new ServiceError('down', { hint: 'wait' }), 1],
    ['a rotation has begun', new StagingError('moved', { code: 'ROTATION_UNFINISHED', hint: 'wait' }), 4],
  ])('that cannot be moved ends it, with what was said: %s', async (_what, error, times) => {
    const { here, world, sets } = await watched();
    let tried = 0;
    here.store.versions.markPending = () => {
      tried++;
      return Promise.reject(error);
    };

    await expect(rollback(world)).rejects.toBe(error);

    expect([tried, sets]).toEqual([times, []]);
  });

  it('that is not seen where it was moved ends it before anything is set', async () => {
    const { here, world, back, sets } = await watched();
    const look = here.store.versions.describe;
    here.store.versions.describe = async (id) => {
      const seen = await look(id);
      const without = Object.entries(seen.labels).map(([version, labels]) => [
        version,
        labels.filter((label) => label !== 'AWSPENDING'),
      ]);
      return { ...seen, labels: Object.fromEntries(without) };
    };

    await expect(rollback(world)).rejects.toMatchObject({
      code: 'ROTATION_UNFINISHED',
      fact: `AWSPENDING of memory/secret was moved to version ${back}, and is not seen there`,
    });

    expect(sets).toEqual([]);
  });

  it('is on a version that is AWSPREVIOUS no more: nothing is read, and it comes off', async () => {
    const { here, world, back, sets } = await watched();
    const stale = await here.store.versions.describe('');
    await wholeRotation(here);
    const { describe: look } = here.store.versions;
    let late = 1;
    here.store.versions.describe = async (id) => (late-- > 0 ? stale : look(id));

    await expect(rollback(world, { version: back })).rejects.toMatchObject({
      fact: `AWSPREVIOUS of memory/secret is not on version ${back}`,
    });

    expect([sets, (await byLabel(here.store)).AWSPENDING]).toEqual([[], undefined]);
  });
});

describe('what is said', () => {
  const testing = (test: RotationStrategy<DatabaseSecret>['test']) => (world: MemoryWorld) =>
    changed(world, () => ({ test }));

  it.each([
    ['unknown', new AuthenticationError('refused', { hint: 'look' })],
    ['AWSCURRENT', new ServiceError('down', { hint: 'wait' })],
  ])('of a version that is back already works is %s', async (working, error) => {
    const { here, left } = await watched(alternatingUsersStrategy);
    const progress = { working: 'AWSCURRENT' as const };

    await expect(rollback(testing(() => Promise.reject(error))(here), { version: left, progress })).rejects.toBe(error);

    expect(progress.working).toBe(working);
  });

  it('works is unknown where the value that was seen to open does not any more', async () => {
    const { here } = await watched(alternatingUsersStrategy);
    const progress = { working: 'AWSCURRENT' as const };
    const refused = new AuthenticationError('refused', { hint: 'look' });
    const world = changed(here, () => ({
      set: async () => ({ recoveredWith: 'AWSPENDING' as const, close: async () => {} }),
      test: () => Promise.reject(refused),
    }));

    await expect(rollback(world, { progress })).rejects.toThrow('refused');

    expect(progress.working).toBe('unknown');
  });

  it('of a value for the same user is that it does not come back, and of a rotation names no action', async () => {
    const { here } = await watched(alternatingUsersStrategy);
    const { AWSCURRENT = '' } = await byLabel(here.store);
    await here.store.putCurrent((await here.store.valueOf(AWSCURRENT)) ?? '');

    await expect(rollback(here)).rejects.toMatchObject({
      code: 'PREVIOUS_UNUSABLE',
      cause: { hint: expect.stringContaining('take AWSPENDING off its version') },
    });
    const token = await here.store.begin();
    for (const name of ['createSecret', 'setSecret', 'testSecret']) await step(here, token, name);

    expect((await step(here, token, 'finishSecret')).news).toEqual([{ outcome: 'succeeded' }]);
  });
});

describe('what settle is given', () => {
  it('reads what AWSCURRENT names by then', async () => {
    const { here } = await watched();
    const seen: unknown[] = [];
    const world = changed(here, () => ({
      settle: async ({ current }, _ctx, named) => {
        await here.store.putCurrent(JSON.stringify({ ...current, password: 'of-somebody' }));
        seen.push((await named()).password);
      },
    }));

    // The label has moved on, so what follows is refused.
    await wholeRotation(world).catch(() => undefined);

    expect(seen[0]).toBe('of-somebody');
  });
});
