/** Histories by chance, longer and with more faults than can be explored; one that breaks a property is made as short as it will be. */
import fc from 'fast-check';
import type { Explored, Found } from '../explore.ts';
import type { Explorable } from './scenarios.ts';
import { serviceRun } from './service-run.ts';

export interface RandomOptions {
  readonly scenario: Explorable;
  readonly rotations: number;
  readonly seed: number;
  readonly signal: AbortSignal;
  progress(rotations: number): void;
}

export interface Played extends Explored {
  readonly rotations: number;
}

const LONGEST = 250;
/** Most of the time, what usually happens. */
const choice = fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(60) });
const BATCH = 25;

export async function playRandomly({ scenario, rotations, seed, signal, progress }: RandomOptions): Promise<Played> {
  const sum = { states: 0, depth: 0, runs: 0, rotations: 0 };
  let found: Found | undefined;
  let known: Found | undefined;
  const property = fc.asyncProperty(fc.array(choice, { maxLength: LONGEST, size: 'max' }), async (choices) => {
    const played = await play(scenario, choices);
    sum.runs += 1;
    sum.states += played.history.length;
    sum.depth = Math.max(sum.depth, played.history.length);
    sum.rotations += played.rotations;
    if (played.broken === undefined) return;
    if (scenario.known?.some((known) => known === played.broken?.property)) {
      known ??= { ...played.broken, history: played.history, after: sum.states };
      return;
    }
    found = { ...played.broken, history: played.history, after: sum.states };
    throw new Error(played.broken.property);
  });
  for (let batch = 0; sum.rotations < rotations && found === undefined; batch++) {
    signal.throwIfAborted();
    // Far from those of the next seed, which would play nearly the same otherwise.
    await fc.check(property, { seed: Math.imul(seed, 0x9e3779b1) + batch, numRuns: BATCH });
    progress(sum.rotations);
  }
  return { ...sum, isWhole: true, broken: [found, known].filter((each) => each !== undefined) };
}

/** To its end: when the choices are used up, with what usually happens. */
async function play(scenario: Explorable, choices: readonly number[]) {
  const run = serviceRun(scenario);
  const history: number[] = [];
  let broken = run.broken();
  for (let options = run.choices().length; options > 0 && broken === undefined; options = run.choices().length) {
    const chosen = (choices[history.length] ?? 0) % options;
    await run.take(chosen);
    history.push(chosen);
    broken = run.broken();
  }
  return { history, broken, rotations: run.rotations() };
}
