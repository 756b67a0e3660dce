/** A rollback and a rotation at the same time: whichever begins in the middle of the other, nobody is locked out. */
import { describe, expect, it } from 'vitest';
import { byLabel } from '../support/store.ts';
import { crashPlan } from './crash.ts';
import { openLabels, rollback, rotation, wholeRotation } from './rotate.ts';
import type { CrashSuite } from './strategy-crashes.case.ts';
import type { StrategyWorld } from './world.ts';

type Act = <S extends object>(world: StrategyWorld<S>, plan?: ReturnType<typeof crashPlan>) => Promise<unknown>;

const acts: Readonly<Record<string, Act>> = {
  'a rollback': (world, plan) => rollback(world, plan && { plan }),
  'a rotation': (world, plan) => wholeRotation(world, plan && { plan }),
};

/** Refused, or overtaken: what counts is what it leaves. */
const ended = (work: Promise<unknown>) => work.then(() => 'done').catch(({ code }) => code as string);

export function describeRaces<S extends object>(suite: Omit<CrashSuite<S>, 'crashes'>): void {
  describe('a rollback and a rotation at once', () => {
    it.each([
      { outer: 'a rollback', inner: 'a rotation' },
      { outer: 'a rotation', inner: 'a rollback' },
      { outer: 'a rollback', inner: 'a rollback' },
    ])('$inner at any outside call of $outer locks nobody out', async ({ outer, inner }) => {
      const [play, meanwhile] = [acts[outer] as Act, acts[inner] as Act];
      for (let call = 0; ; call++) {
        const world = await suite.world();
        await wholeRotation(world);
        const where = `${inner} at call ${call} of ${outer}`;
        let what = 'not begun';
        let other = Promise.resolve('');
        const plan = crashPlan({
          call,
          meanwhile: async () => {
            // Who waits for a lock of the other's is let through by its end.
            other = ended(meanwhile(world)).then((how) => (what = how));
            await Promise.race([other, new Promise((resolve) => setTimeout(resolve, 20))]);
          },
        });
        const how = await ended(play(world, plan));
        await other;
        if (what === 'not begun' && call >= plan.calls.length) return;
        const told = `${where} (${plan.calls[call]}): ${how}, ${what}`;

        const open = await openLabels(world);
        expect(open.length, `${told}: nothing labelled opens the system`).toBeGreaterThan(0);
        if (suite.outage === 'none' || how === 'done')
          expect(open, `${told}: AWSCURRENT is refused`).toContain('AWSCURRENT');
        await converges(world, told);
      }
    });
  });
}

async function converges<S extends object>(world: StrategyWorld<S>, told: string): Promise<void> {
  const { AWSPENDING, AWSCURRENT } = await byLabel(world.store);
  if (AWSPENDING !== undefined && AWSPENDING !== AWSCURRENT) await ended(rotation(world, AWSPENDING));
  await world.store.abandon();
  await wholeRotation(world);
  expect(await openLabels(world), `${told}: AWSCURRENT is refused after the next rotation`).toContain('AWSCURRENT');
}
