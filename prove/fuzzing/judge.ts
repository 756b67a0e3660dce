/** Whether one input was taken as it should be: with success or a typed error, in time, and without a word of a secret. */
import { setImmediate as turn } from 'node:timers/promises';
import { RotationError, UnexpectedError } from '../../shared/rotation/errors.ts';
import { UsageError } from '../../terminal/usage.ts';
import type { Broken } from '../explore.ts';
import { leakFinder } from '../leak.ts';
import type { Tried } from './target.ts';

export const properties = {
  typed: 'whatever comes in, what goes out is success or a typed error that was foreseen',
  'in-time': 'no input keeps a function busy, or waiting for ever',
  alive: 'no input ends the process, or leaves an error that nobody catches',
  silent: 'no error and no line of a log shows anything of a secret',
} as const;

/** A property does not hold. */
export class Breach extends Error implements Broken {
  override readonly name = 'Breach';
  readonly property: keyof typeof properties;
  readonly seen: string;

  constructor(property: keyof typeof properties, seen: string, cause?: unknown) {
    super(seen, { cause });
    this.property = property;
    this.seen = seen;
  }
}

export interface Judge {
  /** How the input was taken: `taken`, or the code of the error. Throws Breach. */
  judge<I>(tried: Tried<I>, input: I): Promise<string>;
  stop(): void;
}

/** From now on it hears of every error that nobody catches, and of all that is logged. */
export function createJudge(limitMs: number): Judge {
  const uncaught: unknown[] = [];
  const hear = (error: unknown) => void uncaught.push(error);
  process.on('uncaughtException', hear).on('unhandledRejection', hear);
  const { write } = process.stdout;
  let logged = '';
  process.stdout.write = ((text: string) => {
    logged += text;
    return true;
  }) as typeof write;

  return {
    async judge(tried, input) {
      logged = '';
      const { how, error } = await ended(tried.give(input), limitMs);
      await turn();
      const [stray] = uncaught.splice(0);
      if (stray !== undefined) throw new Breach('alive', `nobody catches: ${textOf(stray)}`, stray);
      const leak = leakFinder(tried.secrets())(`${logged}\n${textOf(error)}`);
      if (leak !== undefined)
        throw new Breach('silent', `a piece of a secret, ${leak.piece}, in: ${textOf(error)} ${logged}`);
      if (how === 'typed' || how === 'taken') return error instanceof RotationError ? error.code : how;
      throw new Breach(
        how === 'late' ? 'in-time' : 'typed',
        how === 'late' ? `no end after ${limitMs} ms` : textOf(error),
        error,
      );
    },
    stop() {
      process.off('uncaughtException', hear).off('unhandledRejection', hear);
      process.stdout.write = write;
    },
  };
}

interface Ended {
  readonly how: 'taken' | 'typed' | 'untyped' | 'late';
  readonly error?: unknown;
}

async function ended(work: Promise<unknown>, limitMs: number): Promise<Ended> {
  const late = Promise.withResolvers<Ended>();
  const timer = setTimeout(late.resolve, limitMs, { how: 'late' });
  const done = work.then(
    (): Ended => ({ how: 'taken' }),
    (error: unknown): Ended => ({ how: isForeseen(error) ? 'typed' : 'untyped', error }),
  );
  return Promise.race([done, late.promise]).finally(() => clearTimeout(timer));
}

/** `UNEXPECTED` is the code of what no class foresaw. */
function isForeseen(error: unknown): boolean {
  return error instanceof UsageError || (error instanceof RotationError && !(error instanceof UnexpectedError));
}

/** All that anybody may see of an error. */
function textOf(error: unknown, depth = 0): string {
  if (!(error instanceof Error)) return error === undefined ? '' : String(error);
  const own = JSON.stringify({ ...error, cause: undefined }, (_, value) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  const cause = error.cause === undefined || depth > 4 ? '' : ` [cause: ${textOf(error.cause, depth + 1)}]`;
  return `${error.name}: ${error.message} ${error.stack ?? ''} ${own}${cause}`;
}
