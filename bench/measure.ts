import { availableParallelism, loadavg } from 'node:os';
import { type DatabaseStage, type Mode, openDatabaseStage } from '../demo/database-stage.ts';
import { loadEngine } from '../demo/engine.ts';
import { strategyNames } from '../demo/strategies.ts';
import { comparisonRows } from './against.ts';
import { measureBundles } from './bundles.ts';
import { countsFolder, readCounts, renewCounts } from './counts.ts';
import { delayCalls, type Floor, measureFloor } from './floor.ts';
import { type Course, measureRotations, type RotationFigures, type Rounds } from './rotations.ts';
import { bundleRows, failures, rotationRows } from './targets.ts';
import { hasTemplate, type Templates } from './templates.ts';

export interface Plan {
  readonly rounds: Readonly<Record<Mode, Rounds>>;
  /** Of each bundle. */
  readonly imports: number;
}

export interface BenchOptions {
  readonly engines: readonly string[];
  readonly modes: readonly Mode[];
  /** Milliseconds that calls of services take longer: everything is measured with each. */
  readonly delays: readonly number[];
  readonly plan: Plan;
  /** Measured beside ours where it is given; then only what they can do, and no bundles. */
  readonly templates?: Templates;
  /** What counts are judged by; with `renews`, they are written there first. */
  readonly counts?: URL;
  readonly renews?: boolean;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

export type BenchFigures = Awaited<ReturnType<typeof measure>>;

/** What was rotated on one server, with one delay. */
export interface Server {
  readonly engine: string;
  readonly title: string;
  readonly delayMs: number;
  readonly floor: Floor;
}

interface Measured {
  readonly ours: RotationFigures;
  readonly theirs?: RotationFigures;
}

export async function measure(options: BenchOptions) {
  const { engines, delays, plan, templates, counts: folder = countsFolder, renews = false, signal, progress } = options;
  const start = performance.now();
  const [load = 0] = loadavg();
  // While no server and no client runs.
  const withBundles = plan.imports > 0 && templates === undefined;
  if (withBundles) progress('importing the bundles');
  const init = withBundles ? await measureBundles(engines, plan.imports, signal) : undefined;
  const servers: Server[] = [];
  const measured: Measured[] = [];
  for (const engine of engines) {
    for (const delayMs of delays) {
      const found = await measureEngine(engine, delayMs, options);
      servers.push(found.server);
      measured.push(...found.measured);
    }
  }
  const rotations = measured.map(({ ours }) => ours);
  if (renews) renewCounts(rotations, folder);
  const counts = readCounts(folder);
  const rows = [
    ...measured.flatMap(({ ours, theirs }) => (theirs ? comparisonRows(ours, theirs) : rotationRows(ours, counts))),
    ...(init ? bundleRows(init) : []),
  ];
  const machine = {
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    cores: availableParallelism(),
    load,
  };
  return {
    version: 3,
    held: failures(rows).length === 0,
    servers,
    machine,
    ms: performance.now() - start,
    rotations,
    ...(templates && {
      against: { runtime: templates.runtime, rotations: measured.flatMap(({ theirs }) => theirs ?? []) },
    }),
    ...(init && { init }),
    rows,
  };
}

/** One server for all its strategies. */
async function measureEngine(
  engine: string,
  delayMs: number,
  { modes, plan, templates, signal, progress }: BenchOptions,
): Promise<{ readonly server: Server; readonly measured: readonly Measured[] }> {
  const { strategies } = await loadEngine(engine);
  const courses = strategyNames
    .filter((strategy) => strategies.includes(strategy) && (!templates || hasTemplate(strategy)))
    .flatMap((strategy) => modes.map((mode): Course => ({ engine, strategy, mode, delayMs })));
  const applications = courses.filter(({ mode }) => plan.rounds[mode].watched > 0).length * (templates ? 2 : 1);
  const stage = await openDatabaseStage({ engine, signal, progress }, applications);
  try {
    delayCalls(stage, delayMs);
    const floor = await measureFloor(stage);
    const measured: Measured[] = [];
    for (const [index, course] of courses.entries()) {
      progress(`${engine}, ${course.strategy}, ${course.mode}${delayMs > 0 ? `, ${delayMs} ms` : ''}`);
      const secrets = await plant(stage, course, index, templates);
      const rounds = plan.rounds[course.mode];
      const [ours, theirs] = await measureRotations(stage, secrets, { ...course, floor }, rounds, signal);
      if (ours) measured.push({ ours, ...(theirs && { theirs }) });
    }
    return { server: { engine, title: stage.database.title, delayMs, floor }, measured };
  } finally {
    progress(`stopping ${engine}`);
    await stage.close();
  }
}

/** Ours first, and one of the same kind for the template. */
async function plant(stage: DatabaseStage, course: Course, index: number, templates: Templates | undefined) {
  const { strategy, mode } = course;
  const ours = await stage.plant(strategy, mode, `bench${index}`);
  if (templates === undefined) return [ours];
  return [ours, await stage.plant(strategy, mode, `theirs${index}`, await templates.start(stage, course))];
}
