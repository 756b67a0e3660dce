/** Inputs that nobody foresaw: each target in a thread of its own, which is watched. */
import { Worker } from 'node:worker_threads';
import type { Asked, Row, Section, Told } from '../section.ts';
import type { Job, Outcome, Told as Word } from './hand.ts';
import { properties } from './judge.ts';
import type { Target } from './target.ts';
import { targets } from './targets.ts';

/** An input that takes longer has no end. A busy machine takes ten times as long as a quiet one, and those take milliseconds. */
const LIMIT_MS = 15_000;
/** A thread that says nothing for so long does not turn its loop any more. */
const SILENCE_MS = 60_000;

/** An input that makes a thread fill its memory ends that thread, and not the machine. */
const resourceLimits = { maxOldGenerationSizeMb: 1_024 };

export const fuzzing: Section = {
  name: 'fuzzing',
  properties,

  async run(asked) {
    const rows: Row[] = [];
    for (const each of targets.filter(
      (one) => `fuzzing/${one.id}`.includes(asked.only) && one.inputs[asked.quick ? 'quick' : 'whole'] > 0,
    )) {
      const missing = each.missing?.();
      if (missing === undefined) rows.push(await row(each, asked));
      else asked.progress(`fuzzing/${each.id} is left out: ${missing}`);
    }
    return rows;
  },

  async replay(id, [seed = 0, ...path]) {
    const target = targets.find((each) => `fuzzing/${each.id}` === id);
    if (target === undefined) return undefined;
    const job = { id: target.id, seed, path, inputs: 1, limitMs: LIMIT_MS };
    const { found } = await played(job, new AbortController().signal, () => {});
    return found === undefined ? 'nothing is broken' : toldOf(target, seed, found);
  },
};

async function row(target: Target, { quick, seed, signal, progress }: Asked): Promise<Row> {
  const start = performance.now();
  const inputs = target.inputs[quick ? 'quick' : 'whole'];
  progress(`fuzzing/${target.id}: ${inputs} inputs`);
  const outcome = await played({ id: target.id, seed, inputs, limitMs: LIMIT_MS }, signal, progress);
  const { found } = outcome;
  return {
    section: fuzzing.name,
    id: `fuzzing/${target.id}`,
    store: '',
    faults: target.what,
    depth: Object.keys(outcome.ends).length,
    states: outcome.inputs,
    runs: outcome.inputs,
    isWhole: true,
    ms: performance.now() - start,
    broken: found === undefined ? [] : [toldOf(target, seed, found)],
    known: [],
  };
}

function toldOf({ id }: Target, seed: number, { property, seen, path, input }: NonNullable<Outcome['found']>): Told {
  const history = [seed, ...path];
  const words = [`the input, as small as it got: ${short(input)}`];
  return {
    property,
    seen: short(seen),
    history,
    after: path[0] ?? 0,
    replay: `fuzzing/${id}:${history.join('.')}`,
    words,
  };
}

/** What is repeated is told once. */
function short(text: string): string {
  const told = text.replace(/(.{1,8}?)\1{30,}/gs, (all, one: string) => `${one}…(${all.length} characters)`);
  return told.length > 2_000 ? `${told.slice(0, 2_000)}…` : told;
}

/** Rejects with the reason of the signal when that aborts. */
async function played(job: Job, signal: AbortSignal, progress: (line: string) => void): Promise<Outcome> {
  signal.throwIfAborted();
  const worker = new Worker(new URL('hand.ts', import.meta.url), { workerData: job, stderr: true, resourceLimits });
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
  let at = 0;
  const failed = (property: string, seen: string) =>
    resolve({
      inputs: at,
      ends: {},
      found: { property, seen, path: job.path ?? [at], input: 'see by the replay which' },
    });
  const silent = () => failed('in-time', `nothing was heard for ${SILENCE_MS / 1000} s`);
  let watch = setTimeout(silent, SILENCE_MS);
  worker.on('message', (word: Word) => {
    clearTimeout(watch);
    if ('outcome' in word) return resolve(word.outcome);
    watch = setTimeout(silent, SILENCE_MS);
    if (word.next > at && word.next % 100 === 0) progress(`fuzzing/${job.id}: ${word.next} inputs`);
    at = Math.max(at, word.next);
  });
  worker.on('error', (error) => failed('alive', `the thread died: ${error}`));
  worker.on('exit', (code) => failed('alive', `the thread ended with ${code}`));
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await promise;
  } finally {
    clearTimeout(watch);
    signal.removeEventListener('abort', abort);
    await worker.terminate();
  }
}
