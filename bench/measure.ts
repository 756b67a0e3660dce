import { availableParallelism, loadavg } from 'node:os';
import { readBaseline } from '../local/demo/baseline.ts';
import type { StrategyName } from '../local/demo/engine.ts';
import { type Mode, openStage } from '../local/demo/stage.ts';
import { measureBundles } from './bundles.ts';
import { measureRotations, type RotationFigures, type Rounds } from './rotations.ts';
import { bundleRows, failures, rotationRows } from './targets.ts';

export interface Plan {
  readonly rounds: Readonly<Record<Mode, Rounds>>;
  readonly imports: number;
}

export interface BenchOptions {
  readonly engine: string;
  readonly modes: readonly Mode[];
  readonly plan: Plan;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

export type BenchFigures = Awaited<ReturnType<typeof measure>>;

const strategies: readonly StrategyName[] = ['single-user', 'alternating-users'];

export async function measure({ engine, modes, plan, signal, progress }: BenchOptions) {
  const start = performance.now();
  const baseline = readBaseline();
  const [load = 0] = loadavg();
  // While no server and no client runs.
  progress('importing the bundles');
  const init = await measureBundles(plan.imports, signal);
  const measured = strategies.flatMap((strategy) => modes.map((mode) => ({ strategy, mode })));
  const stage = await openStage({ engine, clients: measured.length, signal, progress });
  try {
    const rotations: RotationFigures[] = [];
    for (const [index, what] of measured.entries()) {
      progress(`${what.strategy}, ${what.mode}`);
      rotations.push(await measureRotations(stage, { ...what, index }, plan.rounds[what.mode], signal));
    }
    const theirs = baseline.engines[engine];
    const rows = [
      ...rotations.flatMap((figures) => rotationRows(figures, theirs)),
      ...bundleRows(init, baseline.engines),
    ];
    const { title: server } = stage.database;
    const machine = {
      node: process.version,
      platform: `${process.platform}-${process.arch}`,
      cores: availableParallelism(),
      load,
    };
    const ms = performance.now() - start;
    return {
      version: 1,
      held: failures(rows).length === 0,
      engine,
      server,
      machine,
      ms,
      rotations,
      init,
      rows,
      baseline,
    };
  } finally {
    progress('stopping');
    await stage.close();
  }
}
