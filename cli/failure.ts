import { RotationError, UnexpectedError } from '../shared/rotation/errors.ts';
import { UsageError } from '../terminal/usage.ts';

export interface Failure {
  readonly status: 1 | 2;
  /** For standard error: one fact, one hint. */
  readonly text: string;
}

/** Neither causes nor stacks are shown: they may hold what a service was sent. */
export function failureOf(error: unknown, program: string): Failure {
  if (error instanceof UsageError) {
    return { status: 2, text: `${program}: ${error.message}\nhint: ${error.hint}\n` };
  }
  const typed = error instanceof RotationError ? error : defect(error);
  return { status: 1, text: `${program}: ${typed.code}: ${typed.fact}\nhint: ${typed.hint}\n` };
}

function defect(error: unknown): RotationError {
  const name = error instanceof Error ? error.name : typeof error;
  return new UnexpectedError(`a defect in Rekey (${name})`, {
    hint: 'report it with the command line and the version',
    cause: error,
  });
}
