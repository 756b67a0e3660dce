import type { Tag } from '../../aws/tags.ts';
import { errors } from './errors.ts';
import type { Policy } from './policies.ts';

/**
 * What Parameter Store remembers about a parameter, and how versions and labels move.
 * Plain data: each function gives a new parameter and leaves the old one as it was.
 */
export interface Parameter {
  readonly arn: string;
  /** As it was created; `keyOf` tells which other spelling means the same. */
  readonly name: string;
  readonly tags: readonly Tag[];
  /** Oldest first, never empty. */
  readonly versions: readonly Version[];
}

export interface Version {
  readonly number: number;
  readonly type: ParameterType;
  readonly value: string;
  /** What a reader of a SecureString gets who does not ask for decryption. */
  readonly ciphertext?: string | undefined;
  /** Of SecureString only. */
  readonly keyId?: string | undefined;
  readonly tier: Tier;
  readonly description?: string | undefined;
  readonly allowedPattern?: string | undefined;
  readonly dataType: string;
  readonly policies: readonly Policy[];
  readonly modifiedAt: number;
  readonly modifiedBy: string;
  /** Oldest first. */
  readonly labels: readonly string[];
}

export const PARAMETER_TYPES = ['String', 'StringList', 'SecureString'] as const;
export type ParameterType = (typeof PARAMETER_TYPES)[number];
export const TIERS = ['Standard', 'Advanced', 'Intelligent-Tiering'] as const;
/** Intelligent-Tiering is a wish; a parameter is of one of the others. */
export type Tier = Exclude<(typeof TIERS)[number], 'Intelligent-Tiering'>;

const KEPT_VERSIONS = 100;
const MOST_LABELS = 10;

export function latest(parameter: Parameter): Version {
  return parameter.versions.at(-1) as Version;
}

/** The version with this number or this label. Labels never begin with a digit. */
export function select(parameter: Parameter, selector: string): Version | undefined {
  return /^\d+$/.test(selector)
    ? numbered(parameter, Number(selector))
    : parameter.versions.find(({ labels }) => labels.includes(selector));
}

export function numbered(parameter: Parameter, version: number): Version | undefined {
  return parameter.versions.find(({ number }) => number === version);
}

/** Adds a version; beyond the hundredth the oldest goes, and one with a label does not go. */
export function withVersion(parameter: Parameter, version: Version): Parameter {
  const [oldest, ...others] = parameter.versions;
  const isFull = parameter.versions.length >= KEPT_VERSIONS;
  if (isFull && oldest && oldest.labels.length > 0) throw errors.maxVersions(parameter.name, oldest.number);
  return { ...parameter, versions: [...(isFull ? others : parameter.versions), version] };
}

/** Puts the labels on this version, and takes them from the others. */
export function withLabels(parameter: Parameter, number: number, labels: readonly string[]): Parameter {
  const moved = mapVersions(parameter, (version) => {
    const others = version.labels.filter((label) => !labels.includes(label));
    if (version.number !== number) return { ...version, labels: others };
    const added = labels.filter((label) => !version.labels.includes(label));
    return { ...version, labels: [...version.labels, ...new Set(added)] };
  });
  if ((numbered(moved, number)?.labels.length ?? 0) > MOST_LABELS) throw errors.labelLimit();
  return moved;
}

export function withoutLabels(parameter: Parameter, number: number, labels: readonly string[]): Parameter {
  return mapVersions(parameter, (version) =>
    version.number === number
      ? { ...version, labels: version.labels.filter((label) => !labels.includes(label)) }
      : version,
  );
}

/** Replaces the policies of the newest version, which are the ones in force. */
export function withPolicies(parameter: Parameter, policies: readonly Policy[]): Parameter {
  const { number } = latest(parameter);
  return mapVersions(parameter, (version) => (version.number === number ? { ...version, policies } : version));
}

function mapVersions(parameter: Parameter, change: (version: Version) => Version): Parameter {
  return { ...parameter, versions: parameter.versions.map(change) };
}
