import type { AwsError } from './aws-error.ts';

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

const MOST_TAGS = 50;

/** Later tags win over earlier ones of the same key; keys differ by case. `refusal` is for too many. */
export function mergeTags(
  tags: readonly Tag[],
  added: readonly { Key: string; Value?: string }[],
  refusal: (most: number) => AwsError,
): Tag[] {
  const merged = new Map([...tags, ...added].map(({ Key, Value = '' }) => [Key, Value]));
  if (merged.size > MOST_TAGS) throw refusal(MOST_TAGS);
  return [...merged].map(([Key, Value]) => ({ Key, Value }));
}
