/** What a rotation left alive for its readers' sake, and how it ends. */
import { describe, expect, it } from 'vitest';
import type { DatabaseSecret } from '../../../shared/databases/secret.ts';
import { singleUserStrategy } from '../../../shared/databases/strategies/single-user.ts';
import { ServiceError } from '../../../shared/rotation/errors.ts';
import type { Rotation } from '../../../shared/rotation/rotation.ts';
import type { Kept, RotationStrategy } from '../../../shared/rotation/strategy.ts';
import type { CrashPlan } from '../../conformance/crash.ts';
import { rotation, step, wholeRotation } from '../../conformance/rotate.ts';
import { timelessContext } from '../../support/context.ts';
import { memoryWorld } from '../../support/memory-world.ts';
import { byLabel, labelled } from '../../support/store.ts';

function world(postponed?: Kept) {
  const base = memoryWorld(singleUserStrategy);
  const revoked: { current: string; previous: string }[] = [];
  const asked: Date[] = [];
  const about: (string | undefined)[] = [];
  const revoke: RotationStrategy<DatabaseSecret>['revoke'] = async ({ current, previous }) => {
    revoked.push({ current: current.password, previous: previous.password });
    return postponed;
  };
  return {
    ...base,
    revoked,
    asked,
    about,
    strategy: (plan: CrashPlan) => ({ ...base.strategy(plan), revoke }),
    context: (given: object) =>
      timelessContext({
        later: async (at, previous) => {
          asked.push(at);
          about.push(previous);
        },
        ...given,
      }),
  };
}

describe('revokePrevious', () => {
  it('ends what AWSPREVIOUS opens, by the word of AWSCURRENT, and tells', async () => {
    const here = world();
    const { token } = await wholeRotation(here);
    const [current, previous] = [await labelled(here.store, 'AWSCURRENT'), await labelled(here.store, 'AWSPREVIOUS')];

    const { reports, answer } = await step(here, token, 'revokePrevious');

    expect(here.revoked).toEqual([{ current: current?.password, previous: previous?.password }]);
    expect([reports, answer]).toEqual([['revoked'], { outcome: 'revoked' }]);
  });

  it('leaves everything alone when a later rotation has taken over', async () => {
    const here = world();
    const { token } = await wholeRotation(here);
    await wholeRotation(here);

    const { reports } = await step(here, token, 'revokePrevious');

    expect(here.revoked).toEqual([]);
    expect(reports).toEqual([]);
  });

  it('leaves everything alone when there is no version with AWSPREVIOUS, and for a token of no version', async () => {
    const here = world();
    const [first = ''] = Object.keys(await here.store.labels());

    const of = [await step(here, first, 'revokePrevious'), await step(here, 'no-such-version', 'revokePrevious')];

    expect(here.revoked).toEqual([]);
    expect(of.map(({ reports }) => reports)).toEqual([[], []]);
  });

  it('leaves another version alone than the one that it was asked for', async () => {
    const here = world();
    const { token } = await wholeRotation(here);

    const { reports } = await step(here, token, 'revokePrevious', { revoking: 'a version of before' });

    expect(here.revoked).toEqual([]);
    expect(reports).toEqual([]);
  });

  it('reads AWSPREVIOUS by its version, so that the label moving meanwhile cannot end the wrong one', async () => {
    const here = world();
    const { token } = await wholeRotation(here);
    const { describe: look } = here.store.versions;
    here.store.versions.describe = async (id) => {
      const seen = await look(id);
      await here.store.putCurrent(JSON.stringify(await labelled(here.store, 'AWSCURRENT')));
      return seen;
    };

    const { reports } = await step(here, token, 'revokePrevious');

    expect(here.revoked).toEqual([]);
    expect(reports).toEqual([]);
  });

  it('says so when AWSPREVIOUS is not usable, instead of leaving it alone in silence', async () => {
    const here = world();
    await here.store.putCurrent('swordfish');
    await here.store.putCurrent(
      JSON.stringify({ engine: 'memory', host: 'h', username: 'app', password: 'first-password' }),
    );
    const token = (await byLabel(here.store)).AWSCURRENT ?? '';

    await expect(step(here, token, 'revokePrevious')).rejects.toMatchObject({ code: 'INVALID_SECRET' });

    expect(here.revoked).toEqual([]);
  });

  it('asks to be called again when it is still in use, and says by whom', async () => {
    const until = new Date('2026-12-01T00:00:00Z');
    const here = world({ until, because: 'key 1 was used yesterday' });
    const { token } = await wholeRotation(here);

    const { reports } = await step(here, token, 'revokePrevious');

    expect(here.asked).toEqual([until]);
    expect(reports).toEqual(['postponed']);
  });

  it('that is still in use is asked for again for the same version', async () => {
    const here = world({ until: new Date('2026-12-01T00:00:00Z'), because: 'key 1 was used yesterday' });
    const { token } = await wholeRotation(here);

    await step(here, token, 'revokePrevious');

    expect(here.about).toEqual([(await byLabel(here.store)).AWSPREVIOUS]);
  });

  it('does nothing while rotation is switched off', async () => {
    const here = world();
    const { token } = await wholeRotation(here);
    await here.store.switchOff();

    const { reports } = await step(here, token, 'revokePrevious');

    expect(here.revoked).toEqual([]);
    expect(reports).toEqual([]);
  });

  it('says nothing when the strategy keeps it, has nothing to revoke, or its value is gone', async () => {
    const here = world();
    const { token } = await wholeRotation(here);
    const keeps = {
      ...here,
      strategy: (plan: CrashPlan) => ({
        ...here.strategy(plan),
        revoke: async () => ({ because: 'its owner says so' }),
      }),
    };
    const without = {
      ...here,
      strategy: (plan: CrashPlan) => {
        const { revoke: _, ...strategy } = here.strategy(plan);
        return strategy;
      },
    };
    const kept = [await step(keeps, token, 'revokePrevious'), await step(without, token, 'revokePrevious')];
    const { read } = here.store.versions;
    here.store.versions.read = async (id, label, version) =>
      label === 'AWSPREVIOUS' ? undefined : read(id, label, version);

    const gone = await step(here, token, 'revokePrevious');

    expect([...kept, gone].map(({ reports }) => reports)).toEqual([[], [], []]);
    expect([...kept, gone].map(({ answer }) => answer)).toEqual([
      { outcome: 'kept', because: 'its owner says so' },
      { outcome: 'kept', because: 'single-user ended what AWSPREVIOUS opened when it rotated' },
      { outcome: 'kept', because: 'AWSPREVIOUS has no value' },
    ]);
    expect(here.revoked).toEqual([]);
    expect(here.asked).toEqual([]);
  });

  it.each([
    ['may pass is asked for again in an hour', true, [3_600_000]],
    ['will not pass by itself is not', false, []],
  ])('a failure that %s', async (_what, retryable, waits) => {
    const here = world();
    const { token } = await wholeRotation(here);
    const failing = {
      ...here,
      strategy: (plan: CrashPlan) => ({
        ...here.strategy(plan),
        revoke: () => Promise.reject(new ServiceError('no', { hint: 'none', retryable })),
      }),
    };
    const before = Date.now();

    await expect(step(failing, token, 'revokePrevious')).rejects.toThrow('no');

    expect(here.asked).toHaveLength(waits.length);
    for (const [i, wait] of waits.entries()) {
      expect(Math.abs(Number(here.asked[i]) - before - wait)).toBeLessThan(10_000);
    }
  });

  it('asks nobody where the function cannot be called later, and says the same', async () => {
    const asking = world({ until: new Date('2026-12-01T00:00:00Z'), because: 'key 1 was used yesterday' });
    const here = { ...asking, context: (given: object) => timelessContext(given) };
    const { token } = await wholeRotation(here);
    const failing = {
      ...here,
      strategy: (plan: CrashPlan) => ({
        ...here.strategy(plan),
        revoke: () => Promise.reject(new ServiceError('no', { hint: 'none' })),
      }),
    };

    await expect(step(failing, token, 'revokePrevious')).rejects.toMatchObject({ code: 'SERVICE_FAILED' });
    const { news } = await step(here, token, 'revokePrevious');

    expect(news).toEqual([{ outcome: 'postponed', because: 'key 1 was used yesterday' }]);
  });

  it('a defect is not asked for again', async () => {
    const here = world();
    const { token } = await wholeRotation(here);
    const failing = {
      ...here,
      strategy: (plan: CrashPlan) => ({ ...here.strategy(plan), revoke: () => Promise.reject(new Error('a defect')) }),
    };

    await expect(step(failing, token, 'revokePrevious')).rejects.toThrow('a defect');

    expect(here.asked).toEqual([]);
  });

  it('tells the secret and its tags to whoever reports and revokes', async () => {
    const here = world();
    here.store.tags = { 'rekey:quiet-for': '2d' };
    const { token } = await wholeRotation(here);
    const progress: Rotation<object>['progress'] = { working: 'AWSCURRENT' };
    const tags: unknown[] = [];
    const looking = {
      ...here,
      strategy: (plan: CrashPlan): RotationStrategy<DatabaseSecret> => ({
        ...here.strategy(plan),
        revoke: async (_secrets, ctx) => {
          tags.push(ctx.tags);
          return { because: 'its owner says so' };
        },
      }),
    };

    await step(looking, token, 'revokePrevious', { progress });

    expect(tags).toEqual([{ 'rekey:quiet-for': '2d' }]);
    expect(progress.secret?.name).toBe(here.store.secretId);
  });
});

describe('revokePrevious that a person asks for', () => {
  it('is answered, and not asked for again, where somebody still uses what it would end', async () => {
    const until = new Date('2026-12-01T00:00:00Z');
    const here = world({ until, because: 'key 1 was used yesterday' });
    const { token } = await wholeRotation(here);

    const { reports, answer } = await step(here, token, 'revokePrevious', { asked: 'revokePrevious' });

    expect(answer).toEqual({ outcome: 'postponed', because: 'key 1 was used yesterday', until });
    expect([reports, here.asked]).toEqual([[], []]);
  });

  it('and that fails is not asked for again', async () => {
    const here = world();
    const { token } = await wholeRotation(here);
    const revoke = () => Promise.reject(new ServiceError('no', { hint: 'none' }));
    const failing = { ...here, strategy: (plan: CrashPlan) => ({ ...here.strategy(plan), revoke }) };

    await expect(step(failing, token, 'revokePrevious', { asked: 'revokePrevious' })).rejects.toThrow('no');

    expect(here.asked).toEqual([]);
  });

  it.each([
    ['rotation is switched off', (here: ReturnType<typeof world>) => here.store.switchOff()],
    ['AWSCURRENT has moved on', async (here: ReturnType<typeof world>) => void (await wholeRotation(here))],
  ])('says why nothing was done: %s', async (because, change) => {
    const here = world();
    const { token } = await wholeRotation(here);
    await change(here);

    const { answer } = await step(here, token, 'revokePrevious', { asked: 'revokePrevious' });

    expect(answer).toEqual({ outcome: 'kept', because });
    expect(here.revoked).toEqual([]);
  });

  it('says that AWSPREVIOUS is on another version, or that the strategy ends it with the next rotation', async () => {
    const here = world();
    const { token } = await wholeRotation(here);
    const strategy = (plan: CrashPlan) => {
      const { revoke: _, ...own } = here.strategy(plan);
      return { ...own, outage: 'none' as const };
    };

    const moved = await step(here, token, 'revokePrevious', {
      asked: 'revokePrevious',
      revoking: 'a version of before',
    });
    const unrotated = world();
    const [first = ''] = unrotated.store.stored().keys();
    const none = await step(unrotated, first, 'revokePrevious', { asked: 'revokePrevious' });
    const without = await step({ ...here, strategy }, token, 'revokePrevious', { asked: 'revokePrevious' });

    expect([moved.answer, none.answer, without.answer]).toEqual([
      { outcome: 'kept', because: 'AWSPREVIOUS has moved on' },
      { outcome: 'kept', because: 'AWSPREVIOUS has moved on' },
      { outcome: 'kept', because: 'single-user has nothing that could be ended before the next rotation' },
    ]);
  });
});

describe('the version that a later revokePrevious is about', () => {
  it.each(['createSecret', 'setSecret', 'finishSecret'] as const)(
    'is the one that is AWSPREVIOUS after the rotation, whichever step asks: %s',
    async (asking) => {
      const here = world();
      await wholeRotation(here);
      const current = (await byLabel(here.store)).AWSCURRENT;
      const token = await here.store.begin();
      const at = new Date('2026-12-01T00:00:00Z');
      const strategy = (plan: CrashPlan): RotationStrategy<DatabaseSecret> => {
        const own = here.strategy(plan);
        return {
          ...own,
          async create(secrets, ctx) {
            if (asking === 'createSecret') await ctx.later?.(at);
            return own.create(secrets, ctx);
          },
          async set(secrets, ctx) {
            if (asking === 'setSecret') await ctx.later?.(at);
            return own.set(secrets, ctx);
          },
          async settle(_secrets, ctx) {
            if (asking === 'finishSecret') await ctx.later?.(at);
          },
        };
      };

      await rotation({ ...here, strategy }, token);

      expect(new Set(here.about)).toEqual(new Set([current]));
      expect((await byLabel(here.store)).AWSPREVIOUS).toBe(current);
    },
  );
});
