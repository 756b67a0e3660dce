/** What a history is made of. */
import type { RotationStep } from '../../shared/rotation/strategy.ts';
import type { VersionId } from '../../shared/rotation/versions.ts';
import type { Call, Calls } from './delivery.ts';
import type { StrategyName } from './place.ts';

/** How often each may happen in one history. */
export interface Budget {
  /** A delivery dies or runs out of time, a call fails, an answer is lost, a read is stale. */
  readonly faults: number;
  /** A step is delivered a second time, whenever that may be. */
  readonly twice: number;
  /** The service tries again what has failed or died. */
  readonly again: number;
  /** Somebody moves a label, or switches rotation off. */
  readonly byHand: number;
  /** Somebody asks for another rotation. */
  readonly fresh: number;
}

export interface Scenario {
  readonly strategy: StrategyName;
  readonly cutover?: 'finish';
  /** Of cut-overs. */
  readonly locks: boolean;
  readonly budget: Budget;
}

export interface Event {
  readonly who: string;
  readonly what: string;
}

export interface Delivery {
  readonly who: string;
  readonly step: RotationStep;
  readonly token: VersionId;
  readonly isService: boolean;
  readonly calls: Calls;
  /** Labels whose values opened the system at some moment since this delivery has changed anything. */
  readonly seen: Set<string>;
  readonly ended: Promise<void>;
  bury(): Promise<void>;
}

export interface Possible {
  readonly what: string;
  act(): unknown;
}

export interface Option extends Event, Possible {}

export function waitingOf({ calls }: Delivery): readonly Call[] {
  return calls.all.filter(({ state }) => state === 'waits');
}

/** Commands of the SDK are written with a capital letter. */
export function isOfStore({ name }: Call): boolean {
  return /^[A-Z]/.test(name);
}
