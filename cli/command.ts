import type { Output } from '../terminal/output.ts';

/** What a command gets of the process, so that a test can give it something else. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly signal: AbortSignal;
}

/** Throws UsageError for a wrong command line, RotationError for everything that can go wrong outside. */
export type Command = (parameters: readonly string[], terminal: Terminal) => Promise<void>;
