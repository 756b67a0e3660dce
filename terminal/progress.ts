import { legible } from './foreign.ts';
import type { Output } from './output.ts';

export interface Progress {
  show(line: string): void;
  /** Leaves the terminal as it was found. */
  end(): void;
}

export interface ProgressOptions {
  /** Whoever waits less needs no line. */
  readonly patienceMs?: number;
  readonly intervalMs?: number;
  /** With the time since the start, and where there is no terminal as lines one after another. */
  readonly isLog?: boolean;
  readonly now?: () => number;
}

const CLEAR = '\r\x1b[2K';

/** One line that changes, on a terminal only, unless it is a log: in a file it would be noise. */
export function createProgress(stream: Output, options: ProgressOptions = {}): Progress {
  const { patienceMs = 0, intervalMs = 0, isLog = false, now = performance.now.bind(performance) } = options;
  const start = now();
  let last = start;
  let isShown = false;
  return {
    show: (line) => {
      const moment = now();
      const text = `${isLog ? `${((moment - start) / 1000).toFixed(1)} s  ` : ''}${legible(line)}`;
      if (!stream.isTTY) {
        if (isLog) stream.write(`${text}\n`);
        return;
      }
      if (moment - start < patienceMs || (isShown && moment - last < intervalMs)) return;
      last = moment;
      isShown = true;
      stream.write(`${CLEAR}${text}`);
    },
    end: () => {
      if (isShown) stream.write(CLEAR);
      isShown = false;
    },
  };
}
