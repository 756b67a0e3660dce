import { availableParallelism, loadavg } from 'node:os';
import { readBaseline } from '../local/demo/baseline.ts';
import { type Mode, openDatabaseStage } from '../local/demo/database-stage.ts';
import { loadEngine } from '../local/demo/engine.ts';
import { strategyNames } from '../local/demo/strategies.ts';
import { measureBundles } from './bundles.ts';
import { measureRotations, type RotationFigures, type Rounds } from './rotations.ts';
import { bundleRows, failures, rotationRows } from './targets.ts';

export interface Plan {
  readonly rounds: Readonly<Record<Mode, Rounds>>;
  readonly imports: number;
}

export interface BenchOptions {
  readonly engines: readonly string[];
  readonly modes: readonly Mode[];
  readonly plan: Plan;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

export type BenchFigures = Awaited<ReturnType<typeof measure>>;

export interface Server {
  readonly engine: string;
  readonly title: string;
}

export async function measure({ engines, modes, plan, signal, progress }: BenchOptions) {
  const start = performance.now();
  const baseline = readBaseline();
  const [load = 0] = loadavg();
  // While no server and no client runs.
  progress('importing the bundles');
  const init = await measureBundles(engines, plan.imports, signal);
  const servers: Server[] = [];
  const rotations: RotationFigures[] = [];
  for (const engine of engines) {
    const measured = await measureEngine(engine, { modes, plan, signal, progress });
    servers.push({ engine, title: measured.title });
    rotations.push(...measured.rotations);
  }
  const rows = [
    ...rotations.flatMap((figures) => rotationRows(figures, baseline.engines[figures.engine])),
    ...bundleRows(init, baseline.engines),
  ];
  const machine = {
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    cores: availableParallelism(),
    load,
  };
  const ms = performance.now() - start;
  return { version: 2, held: failures(rows).length === 0, servers, machine, ms, rotations, init, rows, baseline };
}

/** One server for all its strategies. */
async function measureEngine(
  engine: string,
  { modes, plan, signal, progress }: Omit<BenchOptions, 'engines'>,
): Promise<{ title: string; rotations: readonly RotationFigures[] }> {
  const { strategies } = await loadEngine(engine);
  const measured = strategyNames
    .filter((strategy) => strategies.includes(strategy))
    .flatMap((strategy) => modes.map((mode) => ({ engine, strategy, mode })));
  const stage = await openDatabaseStage({ engine, signal, progress }, measured.length);
  try {
    const rotations: RotationFigures[] = [];
    for (const [index, what] of measured.entries()) {
      progress(`${engine}, ${what.strategy}, ${what.mode}`);
      rotations.push(await measureRotations(stage, { ...what, index }, plan.rounds[what.mode], signal));
    }
    return { title: stage.database.title, rotations };
  } finally {
    progress(`stopping ${engine}`);
    await stage.close();
  }
}
