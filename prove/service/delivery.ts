/** One delivery of a step: each of its calls to the outside waits until it is told how it goes. */
import { setImmediate as turn } from 'node:timers/promises';
import { DeadlineError, RotationError, UnreachableError } from '../../shared/rotation/errors.ts';
import type { OutsideCall } from '../../test/conformance/outside-calls.ts';

/** How a call goes. `lost`: it is done, and its answer does not arrive. `unseen`: the same, since its delivery died. */
export type Going = 'answered' | 'stale' | 'lost' | 'unseen';

export interface Call {
  readonly name: string;
  readonly kind: CallKind;
  state: 'waits' | 'runs' | 'over';
  /** What the delivery knows of it. */
  answer?: string;
  go(how: Going): void;
  fail(error: Error): void;
}

/** A `login` opens a session, which ends with its delivery. A `close` never fails. */
export type CallKind = 'read' | 'login' | 'write' | 'close';

export interface Calls {
  readonly all: readonly Call[];
  /** `work` is told whether it is to see what was there before the last write. */
  call<T>(name: string, kind: CallKind, work: (isStale: boolean) => Promise<T>): Promise<T>;
  /** For the ports of the system. */
  readonly system: OutsideCall;
  /** From now on nothing is let through. */
  abort(): void;
  readonly signal: AbortSignal;
}

const reads = new Set(['ping', 'privileges', 'opens']);

function kindOf(name: string): CallKind {
  if (name.startsWith('connect ')) return 'login';
  if (name === 'close') return 'close';
  return reads.has(name) ? 'read' : 'write';
}

export function calls(): Calls {
  const all: Call[] = [];
  const controller = new AbortController();
  const call: Calls['call'] = (name, kind, work) => {
    if (controller.signal.aborted && kind !== 'close') return Promise.reject(outOfTime());
    return new Promise((resolve, reject) => {
      const made: Call = {
        name,
        kind,
        state: 'waits',
        go(how) {
          made.state = 'runs';
          const over = (answer: string, tell: () => void) => {
            if (made.state === 'over') return;
            made.state = 'over';
            if (how === 'unseen') return;
            made.answer = how === 'lost' ? 'lost' : answer;
            if (how === 'lost') reject(noAnswer());
            else tell();
          };
          work(how === 'stale').then(
            (value) => over(inWords(value), () => resolve(value)),
            (error: unknown) => over(told(error), () => reject(error)),
          );
        },
        fail(error) {
          made.state = 'over';
          made.answer = told(error);
          reject(error);
        },
      };
      all.push(made);
    });
  };
  return {
    all,
    call,
    system: (name, work) => call(name, kindOf(name), work),
    signal: controller.signal,
    abort: () => controller.abort(outOfTime()),
  };
}

/** Until nobody does anything but wait. */
export const quiet = (): Promise<void> => turn();

export const noAnswer = () => new UnreachableError('no answer', { code: 'CONNECTION_LOST', hint: 'repeat it' });

export const outOfTime = () => new DeadlineError('out of time', { hint: 'repeat it' });

export function told(error: unknown): string {
  if (error instanceof RotationError) return error.code;
  return error instanceof Error ? error.name : String(error);
}

/** A session tells nothing by itself. */
function inWords(value: unknown): string {
  if (typeof value === 'function') return 'done';
  if (typeof value === 'object' && value !== null && 'ping' in value) return 'open';
  return JSON.stringify(value) ?? 'done';
}
