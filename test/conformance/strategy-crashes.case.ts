/** Every rotation killed before and after every outside call, then retried in each way there is. */
import { describe, expect, it } from 'vitest';
import { UnreachableError } from '../../shared/rotation/errors.ts';
import type { Rotation } from '../../shared/rotation/rotation.ts';
import { rotationSteps } from '../../shared/rotation/strategy.ts';
import { sampled } from '../support/matrix.ts';
import { patience } from '../support/patience.ts';
import { byLabel } from '../support/store.ts';
import type { CrashPlan } from './crash.ts';
import { crashPlan } from './crash.ts';
import { Died, openLabels, rotation, step, wholeRotation } from './rotate.ts';
import type { StrategyWorld } from './world.ts';

const FRESH = 'a fresh token, after AWSPENDING was taken off';
/** Calls of a test, where a sample is enough. */
export const FEW = 2;
type Retry = <S extends object>(world: StrategyWorld<S>, token: string, from: string) => Promise<string>;

export interface CrashSuite<S extends object> {
  readonly outage: 'none' | 'brief';
  /**
   * Real servers are slow, so 'sample' kills at a few calls without the whole matrix, and leaves most retries of the very first rotation
   * to the suites in memory. Absent: at all of them, always. `leftOut`: at none, ever, for this reason.
   */
  readonly crashes?: 'sample' | { readonly leftOut: string };
  world(): Promise<StrategyWorld<S>>;
  /** What else must hold when the retry has converged. */
  readonly settled?: (world: StrategyWorld<S>, where: string) => Promise<void>;
}

/** The ways in which a rotation that died goes on. */
const retries: Record<string, Retry> = {
  'the same token from createSecret': async (world, token) => {
    await rotation(world, token);
    return token;
  },
  'the same token from the step that died': async (world, token, from) => {
    const rest = rotationSteps.slice(rotationSteps.map(String).indexOf(from));
    for (const name of rest) await step(world, token, name);
    return token;
  },
  // The rescue: AWSPENDING is taken off, and what was pending is in a version that nobody names any more.
  [FRESH]: async (world) => {
    await world.store.abandon();
    return (await wholeRotation(world)).token;
  },
};

export function describeCrashes<S extends object>(suite: CrashSuite<S>): void {
  if (typeof suite.crashes === 'object') {
    it.skip(`killed at every outside call (${suite.crashes.leftOut})`, () => {});
    return;
  }
  const turns = Object.entries(retries).flatMap(([name, retry]) => [
    ...(suite.crashes === undefined || name === FRESH ? [{ name, retry, turn: 'first' as const }] : []),
    { name, retry, turn: 'second' as const },
  ]);
  describe.each(turns)('the $turn rotation, killed at every outside call, then $name', ({ retry, turn }) => {
    it.each(['before', 'after'] as const)(
      '%s the call: a labelled version always opens the system, and the retry converges',
      async (when) => {
        const calls = await callsOf(suite, turn);
        const played = await inChunks(calls, (call) => killAndRetry(suite, { turn, retry, at: { call, when } }));

        expect(played.filter((died) => died).length).toBe(calls.length);
      },
      patience(120_000),
    );
  });
}

/** Every outside call fails once. What the notification would say of the credentials must be true then, and a repeat must converge. */
export function describeFailures<S extends object>(suite: CrashSuite<S>): void {
  if (typeof suite.crashes === 'object') {
    it.skip(`when any call fails (${suite.crashes.leftOut})`, () => {});
    return;
  }
  it.each(['before', 'after'] as const)(
    'tells the truth about what opens the system when any call fails, %s it took effect, and converges',
    async (when) => {
      const calls = await callsOf(suite, 'second');
      const played = await inChunks(calls, (call) => failAndRetry(suite, { call, when }));

      const failed = played.filter((failed) => failed).length;
      // A few may all be calls whose failure fails no step. The first of all does fail one.
      const first = failed === 0 && (await failAndRetry(suite, { call: 0, when })) ? 1 : 0;
      expect(failed + first).toBeGreaterThan(calls.length > FEW ? calls.length / 2 : 0);
    },
    patience(120_000),
  );
}

async function failAndRetry<S extends object>(
  suite: CrashSuite<S>,
  at: { call: number; when: 'before' | 'after' },
): Promise<boolean> {
  const world = await suite.world();
  await wholeRotation(world);
  const token = await world.store.begin();
  const error = new UnreachableError('no answer', { code: 'CONNECTION_LOST', hint: 'repeat it' });
  const plan = crashPlan({ ...at, error });
  let failed = false;
  for (const name of rotationSteps) {
    const progress: Rotation<object>['progress'] = { working: 'AWSCURRENT' };
    failed = await step(world, token, name, { plan, progress }).then(
      () => false,
      () => true,
    );
    if (!failed) continue;
    const open = await openLabels(world);
    const where = `${at.when} call ${at.call} (${plan.calls[at.call]}): ${progress.working} is said to work, ${open} does`;
    if (progress.working !== 'unknown') {
      const said = progress.working.split(' or ');
      expect(
        said.some((label) => open.includes(label)),
        where,
      ).toBe(true);
    }
    break;
  }
  await plan.bury();
  await rotation(world, token);
  const where = `${at.when} call ${at.call} (${plan.calls[at.call]})`;
  expect(await openLabels(world), `${where}: AWSCURRENT is refused after the repeat`).toContain('AWSCURRENT');
  await suite.settled?.(world, where);
  return failed;
}

/** One secret, killed once, then retried. True when it died. */
async function killAndRetry<S extends object>(
  suite: CrashSuite<S>,
  { turn, retry, at }: { turn: string; retry: Retry; at: { call: number; when: 'before' | 'after' } },
): Promise<boolean> {
  const world = await suite.world();
  if (turn === 'second') await wholeRotation(world);
  const token = await world.store.begin();
  const death = await killed(world, token, at);
  const where = `${at.when} call ${at.call} (${death?.call})`;
  const stored = await world.store.valueOf(token);
  const open = await openLabels(world);

  expect(open.length, `${where}: nothing labelled opens the system`).toBeGreaterThan(0);
  if (suite.outage === 'none') expect(open, `${where}: AWSCURRENT is refused`).toContain('AWSCURRENT');
  const current = await retry(world, token, death?.step ?? 'finishSecret');

  expect(await openLabels(world), `${where}: AWSCURRENT is refused after the retry`).toContain('AWSCURRENT');
  if (current === token) {
    expect((await byLabel(world.store)).AWSCURRENT, `${where}: not promoted`).toBe(token);
    if (stored !== undefined) expect(await world.store.valueOf(token), `${where}: a second password`).toBe(stored);
  }
  await suite.settled?.(world, where);
  return death !== undefined;
}

/** A few at a time: the system under test mostly waits. */
export async function inChunks<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += 4) {
    results.push(...(await Promise.all(items.slice(at, at + 4).map(work))));
  }
  return results;
}

/** The outside calls that such a rotation makes, by number, or some of them. */
async function callsOf<S extends object>(suite: CrashSuite<S>, turn: 'first' | 'second'): Promise<readonly number[]> {
  const world = await suite.world();
  if (turn === 'second') await wholeRotation(world);
  return callsIn(suite, (plan) => wholeRotation(world, { plan }));
}

export async function callsIn<S extends object>(
  suite: CrashSuite<S>,
  work: (plan: CrashPlan) => Promise<unknown>,
): Promise<readonly number[]> {
  const plan = crashPlan();
  await work(plan);
  const all = [...plan.calls.keys()];
  return suite.crashes === 'sample' ? sampled(all, FEW) : all;
}

async function killed<S extends object>(
  world: StrategyWorld<S>,
  token: string,
  at: { call: number; when: 'before' | 'after' },
): Promise<{ step: string; call: string | undefined } | undefined> {
  const plan = crashPlan(at);
  for (const name of rotationSteps) {
    try {
      await step(world, token, name, { plan });
    } catch (error) {
      if (!(error instanceof Died)) throw error;
      return { step: name, call: plan.calls.at(-1) };
    }
  }
  return undefined;
}
