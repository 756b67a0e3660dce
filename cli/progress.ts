import type { Output } from './command.ts';

export interface Progress {
  show(line: string): void;
  /** Leaves the terminal as it was found. */
  end(): void;
}

/** Whoever waits less needs no line. Milliseconds. */
const PATIENCE_MS = 1000;
const INTERVAL_MS = 100;

/** One line that changes, on a terminal only: in a file it would be noise. */
export function createProgress(stream: Output, now: () => number = performance.now.bind(performance)): Progress {
  const start = now();
  let last = start;
  let isShown = false;
  return {
    show: (line) => {
      const moment = now();
      if (!stream.isTTY || moment - start < PATIENCE_MS || (isShown && moment - last < INTERVAL_MS)) return;
      last = moment;
      isShown = true;
      stream.write(`\r\x1b[2K${line}`);
    },
    end: () => {
      if (isShown) stream.write('\r\x1b[2K');
      isShown = false;
    },
  };
}
