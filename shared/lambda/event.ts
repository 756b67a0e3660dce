/** What an event asks for, whichever store it is about. */
import type { RotationContext } from '../rotation/strategy.ts';
import type { NextCommand, Situation } from '../stores/next-command.ts';

export interface RotationEvent {
  /** What keeps the versions. */
  readonly store: Store;
  /** Checked by the steps, after the labels, as AWS's templates do. */
  readonly step: string;
  /** The name or ARN of a secret, or the name of a parameter. */
  readonly secretId: string;
  readonly token: string;
  readonly rotationToken?: string | undefined;
  /** How often `revokePrevious` was postponed before. */
  readonly postponed: number;
  /** The version that `revokePrevious` is about. */
  readonly previous?: string | undefined;
  /** What a person asks for, who waits for the answer. */
  readonly asked?: RotationContext['asked'];
}

/** What people are told of a store. */
export interface Store {
  readonly kind: 'secret' | 'parameter';
  readonly next: NextCommand;
  /** What hints call "rotate again", where that takes commands of its own. */
  again?(situation: Situation): string | undefined;
}
