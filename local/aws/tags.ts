import type { AwsError } from './aws-error.ts';

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

const MOST_TAGS = 50;

/** How a service refuses tags. */
export interface TagErrors {
  tooManyTags(most: number): AwsError;
  /** Those that begin with `aws:` belong to AWS. */
  systemTag(key: string): AwsError;
}

/** Later tags win over earlier ones of the same key; keys differ by case. `byService`: AWS's own tags are among what is added. */
export function mergeTags(
  tags: readonly Tag[],
  added: readonly { Key: string; Value?: string }[],
  errors: TagErrors,
  byService = false,
): Tag[] {
  if (!byService) {
    checkKeys(
      added.map(({ Key }) => Key),
      errors,
    );
  }
  const merged = new Map([...tags, ...added].map(({ Key, Value = '' }) => [Key, Value]));
  if (merged.size > MOST_TAGS) throw errors.tooManyTags(MOST_TAGS);
  return [...merged].map(([Key, Value]) => ({ Key, Value }));
}

export function withoutTags(tags: readonly Tag[], keys: readonly string[], errors: TagErrors): Tag[] {
  checkKeys(keys, errors);
  return tags.filter(({ Key }) => !keys.includes(Key));
}

function checkKeys(keys: readonly string[], errors: TagErrors): void {
  const system = keys.find((key) => /^aws:/i.test(key));
  if (system !== undefined) throw errors.systemTag(system);
}
