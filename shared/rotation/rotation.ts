/** One rotation, as the steps see it: what they are given, and what they tell of it. */
import type { ErrorCode } from './errors.ts';
import type { Look, RotationContext, RotationStrategy } from './strategy.ts';
import type { SecretDescription, SecretVersions, StagingLabel, VersionId } from './versions.ts';
import { PENDING } from './versions.ts';

/** Which credential opens the system at this moment, as far as the steps know. Told to people when a step fails. */
export type WorkingCredential = StagingLabel | 'AWSCURRENT or AWSPENDING' | 'none' | 'unknown';

/** What people are told of a rotation that goes on. */
export type RotationOutcome =
  | { readonly outcome: 'succeeded'; readonly action?: 'rollback' }
  /** AWSCURRENT was refused, and the stored version of this name opened the system. */
  | { readonly outcome: 'recovered'; readonly recoveredWith: string }
  /** A configuration check passed. */
  | { readonly outcome: 'checked' }
  | { readonly outcome: 'revoked' }
  /** Who or what still uses the credential that was to be revoked. */
  | { readonly outcome: 'postponed'; readonly because: string };

/** What came of one look. */
export interface Finding {
  readonly check: Look;
  readonly ok: boolean;
  readonly fact: string;
  readonly code?: ErrorCode;
  readonly hint?: string;
}

/** What a person is answered who asked the function for something that is no step of a rotation. No value; members are only ever added. */
export type Answer =
  /** AWSCURRENT is on `current`, and it opens the system. */
  | { readonly outcome: 'succeeded'; readonly current: VersionId; readonly previous: VersionId | undefined }
  | { readonly outcome: 'revoked' }
  | { readonly outcome: 'postponed'; readonly because: string; readonly until: Date }
  | { readonly outcome: 'kept'; readonly because: string }
  | { readonly outcome: 'looked'; readonly checks: readonly Finding[] };

export interface Rotation<S extends object> {
  readonly strategy: RotationStrategy<S>;
  readonly versions: SecretVersions;
  readonly ctx: RotationContext;
  /** 'finish' keeps the order of AWS's templates: promotion in finishSecret, whatever the strategy would do. */
  readonly cutover?: 'finish' | undefined;
  /** Which label the value has that is to be AWSCURRENT. Absent: AWSPENDING. */
  readonly brings?: StagingLabel;
  /** For `revokePrevious`: the version that was AWSPREVIOUS when it was asked for. */
  readonly revoking?: VersionId | undefined;
  /**
   * Called again for the same rotation when a step is repeated. Never throws, unless a configuration check is told of: that people can be
   * told is a part of it.
   */
  report(outcome: RotationOutcome): Promise<void>;
  /** Kept up to date while the step runs. */
  readonly progress: {
    working: WorkingCredential;
    secret?: SecretDescription;
    /** When the system was seen to take the new credential, where that makes it refuse AWSCURRENT. */
    refusedSince?: Date;
  };
}

export function broughtBy<S extends object>({ brings = PENDING }: Rotation<S>): StagingLabel {
  return brings;
}

/** In finishSecret, as AWS's templates do, and not within setSecret. Who rolls back has one step only. */
export function promotesLater<S extends object>({ cutover, strategy, brings }: Rotation<S>): boolean {
  if (brings !== undefined) return false;
  return cutover === 'finish' || strategy.cutover === 'finish';
}

/**
 * The same rotation, once its secret was described: its tags are known, and which version a later `revokePrevious` is about, the one
 * that is or will be AWSPREVIOUS.
 */
export function described<S extends object>(
  given: Rotation<S>,
  secret: SecretDescription,
  previous: VersionId | undefined,
): Rotation<S> {
  const { later } = given.ctx;
  given.progress.secret = secret;
  const ctx: RotationContext = {
    ...given.ctx,
    tags: secret.tags ?? {},
    ...(later && { later: (at: Date) => later(at, previous) }),
  };
  return { ...given, ctx };
}
