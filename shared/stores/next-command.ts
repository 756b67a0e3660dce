/** The commands for people that stand in every message. Each store gives its own. */
import type { ErrorCode, RotationError } from '../rotation/errors.ts';
import type { WorkingCredential } from '../rotation/rotation.ts';
import type { SecretDescription } from '../rotation/versions.ts';

/** What the commands depend on. */
export interface Situation {
  readonly outcome: string;
  /** As the event names it. */
  readonly secretId: string;
  /** Known once the secret was described. */
  readonly secretArn?: string | undefined;
  readonly labels?: SecretDescription['labels'] | undefined;
  readonly token: string;
  readonly error?: RotationError | undefined;
  /** The credential that opens the system now. */
  readonly working?: WorkingCredential | undefined;
}

/** Gives one line to paste. */
export type NextCommand = (situation: Situation) => string;

/** With what a person begins, as the runbook does. */
export type Move = 'look' | 'find the function' | 'store' | 'restore' | 'abandon' | 'rotate' | 'tag';

const begins: Partial<Record<ErrorCode, Move>> = {
  INVALID_CONFIGURATION: 'find the function',
  TOKEN_UNKNOWN: 'rotate',
  TOKEN_NOT_PENDING: 'rotate',
  CURRENT_MISSING: 'store',
  SECRET_NOT_FOUND: 'restore',
  INVALID_SECRET: 'store',
  TARGET_MISMATCH: 'abandon',
  PASSWORD_REFUSED: 'abandon',
  LOCKED_OUT: 'store',
  FUNCTION_NOT_REACHED: 'find the function',
};

/** What a person begins with, and what with, where that is not the rotated secret. */
export interface FirstMove extends Pick<RotationError, 'about' | 'isParameter'> {
  readonly move: Move;
}

/** What passes by itself is only looked at. */
export function firstMove(error: RotationError | undefined): FirstMove {
  if (error === undefined || error.retryable) return { move: 'look' };
  const { code, about, isParameter = false, isDeleted, ofPending, ofTag } = error;
  if (ofTag) return { move: 'tag' };
  if (ofPending) return { move: 'abandon' };
  const move = begins[code] ?? 'look';
  if (about === undefined) return { move };
  if (isDeleted) return { move: 'restore', about };
  // It is the rotated secret that names the wrong one.
  if (code === 'TARGET_MISMATCH') return { move: 'store' };
  return { move: 'store', about, isParameter };
}

/** Names and ARNs hold no character that a shell would read, but a secret id from an event may. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The value that a person has to mend: of a secret, or of a parameter, which may have none yet. Names of both may begin with a slash. */
export function mend(about: string, isParameter = false): string {
  return isParameter
    ? `aws ssm get-parameter-history --name ${shellQuoted(about)}`
    : `aws secretsmanager put-secret-value --secret-id ${shellQuoted(about)} --secret-string file://value.json`;
}

export function restoreSecret(secretId: string): string {
  return `aws secretsmanager restore-secret --secret-id ${shellQuoted(secretId)}`;
}
