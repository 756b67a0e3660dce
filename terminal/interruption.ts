import { constants } from 'node:os';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
  readonly status: number;

  constructor(signal: (typeof signals)[number]) {
    super(`interrupted by ${signal}`);
    this.status = 128 + constants.signals[signal];
  }
}

/** npm passes on what the terminal has sent to both. */
const TOGETHER_MS = 250;

/**
 * Aborted by Ctrl-C, a polite kill, a closed terminal, or the end of the npm that started this program; then what was started is stopped in
 * order. A second signal, some time after the first, ends the process at once.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  const stop = (signal: (typeof signals)[number]) => {
    if (controller.signal.aborted) return;
    const leave = () => {
      for (const each of signals) process.removeListener(each, stop);
    };
    setTimeout(leave, TOGETHER_MS).unref();
    controller.abort(new InterruptedError(signal));
  };
  for (const signal of signals) process.on(signal, stop);
  if (process.env.npm_lifecycle_event) onParentGone(() => stop('SIGHUP'));
  return controller.signal;
}

/** A parent that is killed without a chance to pass anything on tells nobody, but its children get another parent. */
function onParentGone(act: () => void): void {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    act();
  }, 250).unref();
}

/** As a shell counts a program that this ended. */
export function statusOf({ reason }: AbortSignal): number {
  return reason instanceof InterruptedError ? reason.status : 1;
}
