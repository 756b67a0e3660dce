/** A person brings AWSPREVIOUS back: what must hold for every strategy, wherever that is killed. */
import { describe, expect, it } from 'vitest';
import type { DatabaseSecret } from '../../shared/databases/secret.ts';
import { UnreachableError } from '../../shared/rotation/errors.ts';
import type { Rotation } from '../../shared/rotation/rotation.ts';
import { patience } from '../support/patience.ts';
import { byLabel, labelled } from '../support/store.ts';
import { crashPlan } from './crash.ts';
import { Died, openLabels, rollback, wholeRotation } from './rotate.ts';
import { type CrashSuite, callsIn, inChunks } from './strategy-crashes.case.ts';
import type { DatabaseWorld, StrategyWorld } from './world.ts';

type At = { readonly call: number; readonly when: 'before' | 'after' };

/** A rotation, and the versions that have the labels after it. */
async function rotatedOnce<S extends object>(world: StrategyWorld<S>) {
  await wholeRotation(world);
  const { AWSCURRENT: current = '', AWSPREVIOUS: previous = '' } = await byLabel(world.store);
  return { current, previous };
}

export function describeRollbacks(
  suite: Omit<CrashSuite<DatabaseSecret>, 'world'> & { world(): Promise<DatabaseWorld> },
): void {
  describe('a rollback', () => {
    it('makes AWSPREVIOUS current again, which opens the system, and keeps the value that leaves', async () => {
      const world = await suite.world();
      const { current, previous } = await rotatedOnce(world);
      const left = await world.store.valueOf(current);

      const { news, answer } = await rollback(world);

      expect(await byLabel(world.store)).toEqual({ AWSCURRENT: previous, AWSPREVIOUS: current });
      expect(await openLabels(world)).toContain('AWSCURRENT');
      expect(await world.store.valueOf(current)).toBe(left);
      expect(news).toEqual([{ outcome: 'succeeded', action: 'rollback' }]);
      expect(answer).toEqual({ outcome: 'succeeded', current: previous, previous: current });
    });

    it('is done once when it is asked for twice, one after the other and at the same moment', async () => {
      const world = await suite.world();
      const { current, previous } = await rotatedOnce(world);

      await Promise.all([rollback(world, { version: previous }), rollback(world, { version: previous })]);
      const again = await rollback(world, { version: previous });

      expect(await byLabel(world.store)).toEqual({ AWSCURRENT: previous, AWSPREVIOUS: current });
      expect(await openLabels(world)).toContain('AWSCURRENT');
      expect(again.news).toEqual([]);
      expect(again.answer).toMatchObject({ outcome: 'succeeded', current: previous });
    });

    it('can be rolled back, and followed by rotations', async () => {
      const world = await suite.world();
      const { current, previous } = await rotatedOnce(world);

      await rollback(world);
      await rollback(world);
      const undone = [await byLabel(world.store), await openLabels(world)];
      await rollback(world);
      const { token } = await wholeRotation(world);
      await wholeRotation(world);
      await rollback(world);

      expect(undone).toEqual([{ AWSCURRENT: current, AWSPREVIOUS: previous }, expect.arrayContaining(['AWSCURRENT'])]);
      expect((await byLabel(world.store)).AWSCURRENT).toBe(token);
      expect(await openLabels(world)).toContain('AWSCURRENT');
    });

    it.each(['AWSCURRENT', 'AWSPREVIOUS'])(
      'gets through when somebody has changed the password of %s',
      async (label) => {
        const world = await suite.world();
        const { previous } = await rotatedOnce(world);
        const [value, other] = [await labelled(world.store, label), await labelled(world.store, otherOf(label))];
        // Of one user there is one password: then it is back at AWSPREVIOUS.
        const isOneUser = value?.username === other?.username;
        const password = isOneUser ? (await labelled(world.store, 'AWSPREVIOUS'))?.password : 'Changed-by-hand-1';
        await world.setPassword(String(value?.username), String(password));

        await rollback(world);

        expect((await byLabel(world.store)).AWSCURRENT).toBe(previous);
        expect(await openLabels(world)).toContain('AWSCURRENT');
      },
    );

    it.each([
      [
        'a rotation is under way',
        'ROTATION_UNFINISHED',
        async ({ store }: DatabaseWorld) => void (await store.begin()),
      ],
      ['rotation is off', 'ROTATION_DISABLED', ({ store }: DatabaseWorld) => store.switchOff()],
      ['AWSPREVIOUS is on another version', 'PREVIOUS_UNUSABLE', wholeRotation],
      [
        'AWSCURRENT is for another place',
        'PREVIOUS_UNUSABLE',
        async ({ store }: DatabaseWorld) => {
          const elsewhere = { ...(await labelled(store, 'AWSCURRENT')), host: 'elsewhere.invalid' };
          await store.putCurrent(JSON.stringify(elsewhere));
        },
      ],
      [
        'AWSPREVIOUS cannot be read',
        'PREVIOUS_UNUSABLE',
        async ({ store }: DatabaseWorld) => {
          const good = JSON.stringify(await labelled(store, 'AWSCURRENT'));
          await store.putCurrent('"swordfish"');
          await store.putCurrent(good);
        },
      ],
    ])('is refused when %s, and leaves everything as it was', async (why, code, change) => {
      const world = await suite.world();
      const { previous } = await rotatedOnce(world);
      const good = (await labelled(world.store, 'AWSCURRENT')) as never;
      await change(world);
      const { AWSPREVIOUS: now = '' } = await byLabel(world.store);
      const before = [await world.store.labels(), await world.opens(good)];

      const refused = rollback(world, { version: /another version/.test(why) ? previous : now });

      await expect(refused).rejects.toMatchObject({ code, message: expect.not.stringContaining('swordfish') });
      expect([await world.store.labels(), await world.opens(good)]).toEqual(before);
    });

    describeRollbackCrashes(suite);
  });
}

/** Killed, or failed once, at every outside call; then asked for again, or followed by a rotation. */
export function describeRollbackCrashes<S extends object>(suite: CrashSuite<S>): void {
  if (typeof suite.crashes === 'object') {
    it.skip(`killed at every outside call (${suite.crashes.leftOut})`, () => {});
    return;
  }
  const turns = (['dies', 'fails'] as const).flatMap((how) =>
    (['before', 'after'] as const).flatMap((when) =>
      (['the same again', 'a rotation'] as const).map((then) => ({ how, when, then })),
    ),
  );
  it.each(turns)(
    'that $how $when any outside call has locked nobody out, and $then gets through',
    async ({ how, when, then }) => {
      const world = await suite.world();
      await rotatedOnce(world);
      const calls = await callsIn(suite, (plan) => rollback(world, { plan }));
      const played = await inChunks(calls, (call) => playedOne(suite, how, then, { call, when }));

      const struck = played.filter((one) => one).length;
      if (how === 'dies') expect(struck).toBe(calls.length);
      else expect(struck).toBeGreaterThan(calls.length > 2 ? calls.length / 2 : -1);
    },
    patience(120_000),
  );
}

/** True when the call was the end of it. */
async function playedOne<S extends object>(
  suite: CrashSuite<S>,
  how: 'dies' | 'fails',
  then: 'the same again' | 'a rotation',
  at: At,
): Promise<boolean> {
  const world = await suite.world();
  const { previous } = await rotatedOnce(world);
  const error = new UnreachableError('no answer', { code: 'CONNECTION_LOST', hint: 'repeat it' });
  const plan = crashPlan(how === 'dies' ? at : { ...at, error });
  const progress: Rotation<object>['progress'] = { working: 'AWSCURRENT' };
  const thrown = await rollback(world, { plan, progress }).then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (how === 'dies' && thrown !== undefined) expect(thrown).toBeInstanceOf(Died);
  const where = `${at.when} call ${at.call} (${plan.calls[at.call]})`;
  const open = await openLabels(world);
  expect(open.length, `${where}: nothing labelled opens the system`).toBeGreaterThan(0);
  if (suite.outage === 'none') expect(open, `${where}: AWSCURRENT is refused`).toContain('AWSCURRENT');
  if (how === 'fails' && thrown !== undefined && progress.working !== 'unknown') {
    expect(open, `${where}: ${progress.working} is said to work`).toContain(progress.working);
  }
  await plan.bury();
  // The label of a rollback that died keeps every rotation out, until somebody takes it off.
  if (then === 'a rotation') {
    await world.store.abandon();
    await wholeRotation(world);
  } else await rollback(world, { version: previous });

  expect(await openLabels(world), `${where}: AWSCURRENT is refused after it`).toContain('AWSCURRENT');
  if (then === 'the same again') expect((await byLabel(world.store)).AWSCURRENT, where).toBe(previous);
  await suite.settled?.(world, where);
  return thrown !== undefined;
}

const otherOf = (label: string) => (label === 'AWSCURRENT' ? 'AWSPREVIOUS' : 'AWSCURRENT');
