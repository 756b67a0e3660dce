/** A secret in some store, and what a test does to it from outside of a rotation. */
import type { SecretVersions, VersionId } from '../../shared/rotation/versions.ts';

export interface TestStore {
  readonly secretId: string;
  readonly versions: SecretVersions;
  /** What RotateSecret does first: a version with AWSPENDING and without a value. Gives the token. */
  begin(): Promise<VersionId>;
  /** What an operator does to a stuck rotation: takes AWSPENDING off, wherever it is. */
  abandon(): Promise<void>;
  /** What an operator does to a broken secret: stores a value as AWSCURRENT. */
  putCurrent(value: string): Promise<void>;
  labels(): Promise<Record<VersionId, readonly string[]>>;
  /** The value of any version, labelled or not; undefined when it has none. */
  valueOf(version: VersionId): Promise<string | undefined>;
  switchOff(): Promise<void>;
}

/** label → version id */
export async function byLabel(store: TestStore): Promise<Record<string, VersionId>> {
  const labels = await store.labels();
  return Object.fromEntries(Object.entries(labels).flatMap(([version, all]) => all.map((label) => [label, version])));
}

/** The parsed value with this label. */
export async function labelled(store: TestStore, label: string): Promise<Record<string, unknown> | undefined> {
  const version = (await byLabel(store))[label];
  const text = version === undefined ? undefined : await store.valueOf(version);
  return text === undefined ? undefined : JSON.parse(text);
}
