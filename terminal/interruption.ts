import { constants } from 'node:os';

class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
  readonly status: number;

  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super(`interrupted by ${signal}`);
    this.status = 128 + constants.signals[signal];
  }
}

/** Aborted by Ctrl-C or a polite kill; then what was started is stopped in order. A second one ends the process at once. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  const signals = ['SIGINT', 'SIGTERM'] as const;
  const stop = (signal: (typeof signals)[number]) => {
    for (const each of signals) process.removeListener(each, stop);
    controller.abort(new InterruptedError(signal));
  };
  for (const signal of signals) process.on(signal, stop);
  return controller.signal;
}

/** As a shell counts a program that this ended. */
export function statusOf({ reason }: AbortSignal): number {
  return reason instanceof InterruptedError ? reason.status : 1;
}
