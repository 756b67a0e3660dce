export type RotationEvent =
  | 'StepCalled'
  | 'RotationStarted'
  | 'RotationSucceeded'
  | 'RotationFailed'
  | 'RotationAbandoned'
  | 'TestRotationStarted'
  | 'TestRotationSucceeded'
  | 'TestRotationFailed';

export type RotationStep = 'createSecret' | 'setSecret' | 'testSecret' | 'finishSecret';

export interface RotationFailure {
  readonly errorType: string;
  readonly errorMessage: string;
}

/** One thing that happened in a rotation. `step` and `durationMs` belong to StepCalled, `step` also to the failures. */
export interface RotationRecord {
  readonly event: RotationEvent;
  /** The secret's ARN. */
  readonly secretId: string;
  readonly token: string;
  /** 1 for the first try of this token. */
  readonly attempt: number;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly step?: RotationStep;
  readonly durationMs?: number;
  readonly error?: RotationFailure;
}
