/** Time that passes when nobody has anything to do: an hour takes as long as what is done in it. */
import { syncBuiltinESMExports } from 'node:module';
import { mock } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';

/** The clock jumps by so much. */
const TICK_MS = 10;

/** While `work` runs, timers and dates of the whole process are virtual. Gives how many milliseconds passed. */
export async function inVirtualTime(work: () => Promise<void>, signal: AbortSignal): Promise<number> {
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.now() });
  // Whoever has imported a timer by its name has it changed, too.
  syncBuiltinESMExports();
  try {
    const start = Date.now();
    let isOver = false;
    const running = work().finally(() => {
      isOver = true;
    });
    running.catch(() => {});
    while (!isOver) {
      signal.throwIfAborted();
      // What an answer sets in motion goes through promises and streams, and has ended by then.
      for (let turns = 0; turns < 3; turns++) await turn();
      mock.timers.tick(TICK_MS);
    }
    await running;
    return Date.now() - start;
  } finally {
    mock.timers.reset();
    syncBuiltinESMExports();
  }
}
