import type { Tag } from '../../aws/tags.ts';

/**
 * What Secrets Manager remembers about a secret, and how staging labels move.
 * Everything here is plain, frozen-by-type data: each function gives a new secret and leaves the old one as it was.
 */
export interface Secret {
  readonly arn: string;
  readonly name: string;
  readonly createdAt: number;
  readonly changedAt: number;
  readonly accessedAt?: number | undefined;
  readonly description?: string | undefined;
  readonly kmsKeyId?: string | undefined;
  readonly type?: string | undefined;
  /** Absent until the first tag, empty after the last is gone. */
  readonly tags?: readonly Tag[] | undefined;
  readonly policy?: string | undefined;
  readonly rotation?: Rotation | undefined;
  readonly deletion?: { readonly at: number; readonly purgeAt: number } | undefined;
  readonly replicas: readonly Replica[];
  /** Of a replica: the secret whose values it has. */
  readonly primaryArn?: string | undefined;
  /** Oldest first. */
  readonly versions: readonly Version[];
}

export interface Version {
  readonly id: string;
  readonly createdAt: number;
  readonly accessedAt?: number | undefined;
  /** Absent in the version that a rotation has just made. */
  readonly value?: SecretValue | undefined;
  /** Without labels a version is deprecated. */
  readonly labels: readonly string[];
}

/** `binary` is base64, as on the wire. */
export type SecretValue = { readonly string: string } | { readonly binary: string };

export interface Rotation {
  readonly enabled: boolean;
  readonly functionArn: string;
  readonly rules?: RotationRules | undefined;
  readonly lastAt?: number | undefined;
  readonly next?: NextRotation | undefined;
}

/** When a secret is rotated next. */
export interface NextRotation {
  readonly opensAt: number;
  /** NextRotationDate: the last second of the window. Rotated at 04:04:59 with rate(4 hours), the real service showed 08:59:59. */
  readonly date: number;
}

/** As the caller gave them. */
export interface RotationRules {
  readonly AutomaticallyAfterDays?: number | undefined;
  readonly ScheduleExpression?: string | undefined;
  readonly Duration?: string | undefined;
}

export interface Replica {
  readonly region: string;
  readonly kmsKeyId: string;
  /** Another secret had the name there. */
  readonly isFailed: boolean;
}

export const CURRENT = 'AWSCURRENT';
export const PENDING = 'AWSPENDING';
export const PREVIOUS = 'AWSPREVIOUS';

const KEPT_DEPRECATED_VERSIONS = 100;
const DAY = 86_400_000;

export function versionOf(secret: Secret, id: string): Version | undefined {
  return secret.versions.find((version) => version.id === id);
}

/** The one version that carries the label. */
export function holderOf(secret: Secret, label: string): Version | undefined {
  return secret.versions.find((version) => version.labels.includes(label));
}

export function labelsOf(secret: Secret): string[] {
  return secret.versions.flatMap((version) => version.labels);
}

/** AWSPENDING on a version that is not current: a rotation that began and did not end. */
export function unfinishedRotation(secret: Secret): Version | undefined {
  const pending = holderOf(secret, PENDING);
  return pending?.labels.includes(CURRENT) ? undefined : pending;
}

/** Puts the label on a version, and takes it from any other. Where AWSCURRENT leaves, AWSPREVIOUS goes. */
export function attach(secret: Secret, label: string, id: string): Secret {
  const from = holderOf(secret, label);
  if (from?.id === id) return secret;
  const moved = mapVersion(detach(secret, label), id, (version) => ({
    ...version,
    labels: [...version.labels, label].sort(),
  }));
  return label === CURRENT && from ? attach(moved, PREVIOUS, from.id) : moved;
}

/** Takes the label off whichever version has it. */
export function detach(secret: Secret, label: string): Secret {
  const from = holderOf(secret, label);
  if (!from) return secret;
  return mapVersion(secret, from.id, (version) => ({
    ...version,
    labels: version.labels.filter((other) => other !== label),
  }));
}

/**
 * A put or an update: adds the version, or fills the empty one that a rotation made, and labels it.
 * A new current version abandons the rotation under way, so AWSPENDING goes from every other version; the very first version becomes current.
 */
export function withValue(
  secret: Secret,
  stored: { id: string; value: SecretValue; createdAt: number },
  labels: readonly string[],
): Secret {
  const wanted = secret.versions.length === 0 ? [CURRENT, ...labels] : labels;
  const base = wanted.includes(CURRENT) ? detach(secret, PENDING) : secret;
  const filled = versionOf(base, stored.id)
    ? mapVersion(base, stored.id, (version) => ({ ...version, value: stored.value }))
    : { ...base, versions: [...base.versions, { ...stored, labels: [] }] };
  return [...new Set(wanted)].sort().reduce((next, label) => attach(next, label, stored.id), filled);
}

/** The version that a rotation starts with; a configuration check gives it a copy of the current value. */
export function withPending(secret: Secret, id: string, createdAt: number, value?: SecretValue): Secret {
  return attach({ ...secret, versions: [...secret.versions, { id, createdAt, value, labels: [] }] }, PENDING, id);
}

export function withoutVersion(secret: Secret, id: string): Secret {
  return { ...secret, versions: secret.versions.filter((version) => version.id !== id) };
}

/** Forgets deprecated versions beyond the newest hundred, but none younger than a day. */
export function prune(secret: Secret, now: number): Secret {
  const forgotten = new Set(
    secret.versions
      .filter((version) => version.labels.length === 0)
      .reverse()
      .slice(KEPT_DEPRECATED_VERSIONS)
      .filter((version) => now - version.createdAt >= DAY),
  );
  if (forgotten.size === 0) return secret;
  return { ...secret, versions: secret.versions.filter((version) => !forgotten.has(version)) };
}

/** A read marks version and secret with the day, not the moment. */
export function accessed(secret: Secret, id: string, now: number): Secret {
  const accessedAt = now - (now % DAY);
  return { ...mapVersion(secret, id, (version) => ({ ...version, accessedAt })), accessedAt };
}

function mapVersion(secret: Secret, id: string, change: (version: Version) => Version): Secret {
  return { ...secret, versions: secret.versions.map((version) => (version.id === id ? change(version) : version)) };
}
