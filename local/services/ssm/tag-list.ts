import { AwsError } from '../../aws/aws-error.ts';
import type { Tag } from './parameter.ts';

const MOST_TAGS = 50;

/** Later tags win over earlier ones of the same key; keys differ by case. */
export function mergeTags(tags: readonly Tag[], added: readonly Tag[]): Tag[] {
  const merged = new Map([...tags, ...added].map(({ Key, Value }) => [Key, Value]));
  if (merged.size > MOST_TAGS) {
    throw new AwsError('TooManyTagsError', `The number of tags exceeds the limit of ${MOST_TAGS} for a parameter.`);
  }
  return [...merged].map(([Key, Value]) => ({ Key, Value }));
}
