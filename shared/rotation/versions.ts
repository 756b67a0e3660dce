/** Staging labels, and the port through which the heart sees a store of secret versions. */

/** Rekey's names for the labels. A store maps them to its own: Secrets Manager's all begin with AWS. */
export type StagingLabel = 'AWSCURRENT' | 'AWSPENDING' | 'AWSPREVIOUS';
export const CURRENT: StagingLabel = 'AWSCURRENT';
export const PENDING: StagingLabel = 'AWSPENDING';
export const PREVIOUS: StagingLabel = 'AWSPREVIOUS';

export type VersionId = string;

export interface SecretDescription {
  /** The secret's full name in its store (an ARN), for messages. */
  readonly arn: string;
  readonly name: string;
  readonly rotationEnabled: boolean;
  /** Only versions that have a label; other labels than the three may be among them. */
  readonly labels: Readonly<Record<VersionId, readonly string[]>>;
  readonly tags?: Readonly<Record<string, string>>;
  /** Set when it should have been rotated by then, by its own schedule. */
  readonly overdueSince?: Date | undefined;
}

export interface ForeseenRead {
  readonly label: StagingLabel;
  /** Absent: whichever has the label. */
  readonly version?: VersionId;
}

/**
 * A store of secret versions. All reads may lag writes. Errors are typed: `StagingError`, `InvalidSecretError` and
 * `PermissionError` mean that the store refused and nothing changed; after any other error of a write, nobody knows.
 *
 * @example
 * const { labels } = await versions.describe(id);
 * await versions.put(id, token, '{"password":"a new one"}');
 * await versions.promote(id, token, holder(labels, 'AWSCURRENT'));
 * await versions.dropPending(id, token);
 * const current = await versions.read(id, 'AWSCURRENT');
 */
export interface SecretVersions {
  /**
   * These reads will follow the description that is asked for next, so a store may begin them at once. Nobody is told of one that fails and
   * is not asked for.
   */
  foresee?(id: string, reads: readonly ForeseenRead[]): void;
  /** Throws InvalidSecretError (SECRET_NOT_FOUND) when there is no such secret. */
  describe(id: string): Promise<SecretDescription>;
  /**
   * The value with this label, of this version if one is given; undefined: no value (yet). What was foreseen may be older than the last
   * description, so it is given once, and only for a version.
   */
  read(id: string, label: StagingLabel, version?: VersionId): Promise<string | undefined>;
  /** Stores the value as AWSPENDING. 'exists': this version has another value already, and keeps it. */
  put(id: string, version: VersionId, value: string): Promise<'stored' | 'exists'>;
  /** Moves AWSCURRENT to `version`, from the version that holds it. StagingError (CURRENT_MOVED): `from` does not hold it. */
  promote(id: string, version: VersionId, from: VersionId | undefined): Promise<void>;
  /**
   * Asked in createSecret, while nothing has changed: throws when `copy` could not do its work with a value like this one, or would
   * tear apart what opens the system only together: of each (RotationStrategy.together) its field, and those that hold it too.
   */
  requireCopy?(id: string, current: string, together: readonly (readonly string[])[]): Promise<void>;
  /** Copies the value of this version, which is AWSCURRENT, to wherever its owner wants it too. Repeating it is harmless. */
  copy?(id: string, version: VersionId): Promise<void>;
  /**
   * Moves AWSPENDING to `version`, from the version that holds it, if one does. StagingError (ROTATION_UNFINISHED): `from` does not hold it,
   * or another does: a rotation has begun. Absent: the store has no label that could be moved.
   */
  markPending?(id: string, version: VersionId, from: VersionId | undefined): Promise<void>;
  /** Takes AWSPENDING off this version. Already gone is success. */
  dropPending(id: string, version: VersionId): Promise<void>;
  /** Values of versions that lost every label, newest first. */
  unlabelled(id: string): AsyncIterable<string>;
}

/** The version that has this label. */
export function holder(labels: SecretDescription['labels'], label: StagingLabel): VersionId | undefined {
  return Object.entries(labels).find(([, all]) => all.includes(label))?.[0];
}

export function carries(labels: SecretDescription['labels'], version: VersionId, label: StagingLabel): boolean {
  return Object.entries(labels).some(([id, all]) => id === version && all.includes(label));
}
