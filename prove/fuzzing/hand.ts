/** Runs in a thread of its own, which may hang or die: gives inputs to one target, and tells how each was taken. */
import { parentPort, workerData } from 'node:worker_threads';
import fc from 'fast-check';
import { Breach, createJudge } from './judge.ts';
import { targets } from './targets.ts';

export interface Job {
  readonly id: string;
  readonly seed: number;
  readonly inputs: number;
  readonly limitMs: number;
  /** Which input alone, in fast-check's numbers: the one of the run, then those of its smaller forms. */
  readonly path?: readonly number[];
}

export interface Outcome {
  readonly inputs: number;
  /** How many inputs ended how. */
  readonly ends: Readonly<Record<string, number>>;
  readonly found?: {
    readonly property: string;
    readonly seen: string;
    readonly path: readonly number[];
    readonly input: string;
  };
}

/** The number of the input that comes next, or the end. */
export type Told = { readonly next: number } | { readonly outcome: Outcome };

const job: Job = workerData;
const tell = (told: Told) => parentPort?.postMessage(told);
tell({ outcome: await played(job) });
// What a target has left behind must not keep the thread.
process.exit();

async function played({ id, seed, inputs, limitMs, path }: Job): Promise<Outcome> {
  const tried = await targets.find((each) => each.id === id)?.begin();
  if (tried === undefined) throw new Error(`there is no target ${id}`);
  const judge = createJudge(limitMs);
  const ends: Record<string, number> = {};
  let [next, isFirst] = [0, true];
  const property = fc.asyncProperty(tried.input, async (input) => {
    tell({ next });
    if (isFirst) next++;
    const end = await judge.judge(tried, input).catch((error: unknown) => {
      isFirst = false;
      throw error;
    });
    ends[end] = (ends[end] ?? 0) + 1;
  });
  const only = path === undefined ? {} : { path: path.join(':'), endOnFailure: true };
  const result = await fc.check(property, { seed, numRuns: path === undefined ? inputs : 1, ...only });
  judge.stop();
  await tried.end?.();
  const { counterexample, counterexamplePath, errorInstance } = result;
  const given = Math.min(next, inputs);
  if (!result.failed) return { inputs: given, ends };
  const { property: broken = 'typed', seen = String(errorInstance) } =
    errorInstance instanceof Breach ? errorInstance : {};
  const found = {
    property: broken,
    seen,
    path: (counterexamplePath ?? '').split(':').map(Number),
    input: fc.stringify(counterexample?.[0]),
  };
  return { inputs: given, ends, found };
}
