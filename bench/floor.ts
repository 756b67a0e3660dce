import type { DatabaseStage } from '../demo/database-stage.ts';
import { labelsOf } from '../demo/rotate.ts';
import { spread } from './statistics.ts';

/** What others take for nothing but this, in the same run: with it, figures of two machines can be compared. Medians. */
export interface Floor {
  /** A login by the plain driver, over verified TLS, and its end. */
  readonly loginMs: number;
  /** DescribeSecret, from a process that has nothing else to do. */
  readonly callMs: number;
}

const rounds = 20;
/** The first ones of a process are slow. */
const unheeded = 3;

export async function measureFloor(stage: DatabaseStage): Promise<Floor> {
  const { engine, database } = stage;
  return {
    loginMs: await medianOf(() => engine.login(database.superuser, database.ca)),
    callMs: await medianOf(() => labelsOf(stage, 'superuser')),
  };
}

/** From here on, every call of every service takes this much longer. */
export function delayCalls({ sandbox: { faults } }: DatabaseStage, delayMs: number): void {
  faults.clear();
  if (delayMs > 0) faults.add({ action: 'delay', delayMs, times: Number.POSITIVE_INFINITY });
}

async function medianOf(act: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = -unheeded; round < rounds; round += 1) {
    const start = performance.now();
    await act();
    if (round >= 0) times.push(performance.now() - start);
  }
  return spread(times).median;
}
