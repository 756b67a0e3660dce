/** One thing that was looked at, and what was seen. */
import { type ErrorCode, PermissionError, RotationError } from '../shared/rotation/errors.ts';
import { RefusedError } from './failure.ts';

export interface Check {
  readonly name: string;
  readonly result: 'ok' | 'fails' | 'unseen';
  readonly text: string;
  readonly code?: ErrorCode;
  readonly hint?: string;
}

export function failed(name: Check['name'], error: RotationError | RefusedError): Check {
  const { hint } = error;
  if (error instanceof RefusedError) return fails(name, error.message, hint);
  return { name, result: 'fails', text: error.fact, code: error.code, hint };
}

/** A mistake that was found here, and the next command. */
export function fails(name: Check['name'], text: string, hint: string): Check {
  return { name, result: 'fails', text, hint };
}

/** Whoever may not look, or asks a service that is not there, has not found a mistake of the secret. */
export function unseen(name: Check['name'], error: unknown): Check {
  if (!(error instanceof RotationError)) throw error;
  const { fact: text, hint } = error;
  return { name, result: 'unseen', text, ...(error instanceof PermissionError && { hint }) };
}

export async function seen<T>(name: Check['name'], ask: () => Promise<T>): Promise<{ value: T } | Check> {
  try {
    return { value: await ask() };
  } catch (error) {
    return unseen(name, error);
  }
}
