/** Thousands of secrets at once, under the quotas of a region, in virtual time; and the memory that it takes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { largeRegion } from '../../test/support/large-region.ts';
import type { Asked, Row, Section, Told } from '../section.ts';
import { heapUsed, peakOf } from './memory.ts';
import { floorMs } from './quotas.ts';
import { startRegion } from './region.ts';
import { FULL, growthOf } from './sandbox.ts';
import { inVirtualTime } from './virtual-time.ts';

export const properties = {
  succeeds: 'every rotation succeeds, at its third try at the latest',
  flat: 'memory of the tool: a secret of many takes as much as one of few; of the sandbox: many rotations take as much as few',
} as const;

type Run = Pick<Asked, 'signal' | 'progress'>;
type Figures = Pick<Row, 'faults' | 'states' | 'runs'> & { readonly broken?: Told };
interface Course {
  readonly id: string;
  play(id: string, sizes: readonly number[], run: Run): Promise<Figures>;
}

const SIZES = { whole: [1_000, 5_000, 10_000], quick: [100, 200] };
/** As the sandbox does; AWS publishes no numbers. */
const REPEATS = { repeats: 2, repeatAfterMs: 60_000 };
/** What each further one may take of the tool, which tells at the end what came of it. */
const KB_EACH = 4;
/** Of each further rotation, in the sandbox: less than the least that it could keep, which is the id of a version and where it stands. */
const KB_KEPT = 0.1;

const courses: readonly Course[] = [
  // Ten thousand in an hour, which is the shortest window, under Lambda's own limit; and all at once, with a concurrency that is reserved.
  { id: 'scale/window', play: rotations({ apartMs: 360, environments: 1_000 }) },
  { id: 'scale/burst', play: rotations({ apartMs: 0, environments: 20 }) },
  { id: 'scale/unreserved', play: rotations({ apartMs: 0, environments: 1_000, most: 2_000, unlucky: 0.01 }) },
  { id: 'scale/sandbox', play: longRun },
  { id: 'scale/rekey status', play: tool(['status']) },
  { id: 'scale/rekey rotate', play: tool(['rotate', '--older-than', '1d', '--yes', '--json', '--concurrency', '50']) },
];

export const scale: Section = {
  name: 'scale',
  properties,

  async run({ quick: isQuick, only, signal, progress }) {
    const rows: Row[] = [];
    for (const course of courses.filter(({ id }) => id.includes(only)))
      rows.push(await rowOf(course, SIZES[isQuick ? 'quick' : 'whole'], { signal, progress }));
    return rows;
  },

  async replay(id, [size = 0]) {
    const course = courses.find((each) => each.id === id);
    const sizes = SIZES.whole.filter((each) => each < size);
    const run = { signal: new AbortController().signal, progress: () => {} };
    return course && ((await course.play(id, [...sizes, size], run)).broken ?? 'nothing is broken');
  },
};

async function rowOf({ id, play }: Course, sizes: readonly number[], run: Run): Promise<Row> {
  const start = performance.now();
  const { broken, ...figures } = await play(id, sizes, run);
  const ms = performance.now() - start;
  const plain = { section: scale.name, store: 'Secrets Manager', depth: 0, isWhole: true, known: [] };
  return { ...plain, ...figures, id, ms, broken: broken === undefined ? [] : [broken] };
}

interface Rush {
  readonly apartMs: number;
  readonly environments: number;
  /** Secrets. Absent: as many as there are. */
  readonly most?: number;
  /** Who is let in is a matter of chance where nobody waits in a line: so many of all may not be rotated at the third try. */
  readonly unlucky?: number;
}

/** All secrets of a region, once, by a function of `environments` at most, each so long after the one before. */
function rotations({ apartMs, environments, most = Infinity, unlucky = 0 }: Rush): Course['play'] {
  return async (id, sizes, { signal, progress }) => {
    const size = Math.min(most, Math.max(...sizes));
    progress(`${id}: ${size} secrets`);
    const before = heapUsed();
    const region = await startRegion(size, { environments, ...REPEATS });
    const made = heapUsed();
    const virtualMs = await inVirtualTime(async () => {
      await Promise.all(
        region.arns.map(async (_, number) => {
          await sleep(number * apartMs);
          await region.begin(number);
        }),
      );
      await region.idle();
    }, signal);
    const { calls, throttled, failedSteps } = region.tally;
    const kb = (bytes: number) => (bytes / size / 1024).toFixed(1);
    const left = region.left();
    return {
      faults: [
        `${throttled} throttled, ${failedSteps} steps failed, ${left.length} not rotated`,
        `AWSCURRENT refused ${(region.longestRefusalMs() / 1000).toFixed(1)} s at most`,
        `${seconds(virtualMs)} s, at least ${seconds(floorMs(size))}`,
        `${kb(made - before)} kB each, then ${kb(heapUsed() - before)}`,
      ].join('; '),
      states: calls,
      runs: size,
      ...(left.length > unlucky * size && {
        broken: told(id, 'succeeds', `${left.length} of ${size} were not, as ${left[0]}`, size),
      }),
    };
  };
}

/** The sandbox, from when all that it keeps is full. */
async function longRun(id: string, sizes: readonly number[], { signal, progress }: Run): Promise<Figures> {
  const size = Math.min(FULL, Math.max(...sizes));
  progress(`${id}: ${3 * size} rotations`);
  const { held, grown, residentGrown } = await growthOf(size, signal);
  const mb = (bytes: number) => (bytes / 1024 ** 2).toFixed(1);
  const seen = `${mb(held)} MB after ${size} rotations, ${mb(grown)} more after ${3 * size}`;
  // Before, what grows is lists that are not full.
  const isBroken = size >= FULL && grown / 1024 > KB_KEPT * 2 * size;
  const faults = `${seen}; resident ${mb(residentGrown)} more`;
  return { faults, states: 3 * size, runs: 3 * size, ...(isBroken && { broken: told(id, 'flat', seen, size) }) };
}

/** Peaks of the operator's tool, in a process of its own. */
function tool(parameters: readonly string[]): Course['play'] {
  return async (id, sizes, { signal, progress }) => {
    const peaks: number[] = [];
    for (const size of sizes) {
      progress(`${id}: ${size} secrets`);
      await using region = await largeRegion(size);
      const at = ['--endpoint-url', region.url, '--region', 'us-east-1'];
      const { status, megabytes } = await peakOf([...parameters, ...at], signal);
      if (status !== 0) return { faults: '', states: 0, runs: 0, broken: told(id, 'succeeds', `exit ${status}`, size) };
      peaks.push(megabytes);
    }
    const [few = 0, many = 0] = [sizes[0], sizes.at(-1)];
    const grown = (((peaks.at(-1) ?? 0) - (peaks[0] ?? 0)) * 1024) / (many - few);
    const seen = `${peaks.join(', ')} MB for ${sizes.join(', ')}`;
    // Few secrets tell nothing: what grows then is the program.
    const isBroken = many >= 10_000 && grown > KB_EACH;
    const runs = sizes.reduce((sum, size) => sum + size, 0);
    return { faults: seen, states: runs, runs, ...(isBroken && { broken: told(id, 'flat', seen, many) }) };
  };
}

const seconds = (ms: number) => (ms / 1000).toFixed(0);

function told(id: string, property: keyof typeof properties, seen: string, size: number): Told {
  return { property, seen, history: [size], after: 0, replay: `${id}:${size}`, words: [] };
}
