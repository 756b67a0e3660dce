import { RotationError, UnexpectedError } from '../shared/rotation/errors.ts';
import { legible } from '../terminal/foreign.ts';
import { UsageError } from '../terminal/usage.ts';
import { exitCodes } from './exit-codes.ts';

/** The tool itself will not do it: one fact and the next command. Nothing was changed. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly hint: string;

  constructor(fact: string, hint: string) {
    super(fact);
    this.hint = hint;
  }
}

export interface Failure {
  readonly status: typeof exitCodes.attention | typeof exitCodes.usage;
  /** For standard error: one fact, one hint. */
  readonly text: string;
}

/** Neither causes nor stacks are shown: they may hold what a service was sent. */
export function failureOf(error: unknown, program: string): Failure {
  if (error instanceof UsageError) {
    return { status: exitCodes.usage, text: told(program, error.message, error.hint) };
  }
  if (error instanceof RefusedError) {
    return { status: exitCodes.attention, text: told(program, error.message, error.hint) };
  }
  const typed = error instanceof RotationError ? error : defect(error);
  return { status: exitCodes.attention, text: told(program, `${typed.code}: ${typed.fact}`, typed.hint) };
}

const told = (program: string, fact: string, hint: string) =>
  `${legible(`${program}: ${fact}`)}\n${legible(`hint: ${hint}`)}\n`;

function defect(error: unknown): RotationError {
  const name = error instanceof Error ? error.name : typeof error;
  return new UnexpectedError(`a defect in Rekey (${name})`, {
    hint: 'report it with the command line and the version',
    cause: error,
  });
}
