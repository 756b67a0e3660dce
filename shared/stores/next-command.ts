/** The next command for people, which stands in every message. Each store gives its own. */
import type { RotationError } from '../rotation/errors.ts';

/** What the command depends on. */
export interface Situation {
  readonly outcome: string;
  /** As the event names it. */
  readonly secretId: string;
  /** Known once the secret was described. */
  readonly secretArn?: string | undefined;
  readonly token: string;
  readonly error?: RotationError | undefined;
}

/** Gives one line to paste. */
export type NextCommand = (situation: Situation) => string;

/** Names and ARNs hold no character that a shell would read, but a secret id from an event may. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Stores a secret value that a person has mended. */
export function putSecretValue(secretId: string): string {
  return `aws secretsmanager put-secret-value --secret-id ${shellQuoted(secretId)} --secret-string file://value.json`;
}
