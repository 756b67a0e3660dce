import { errors } from './errors.ts';
import type { Tag } from './secret.ts';

const MOST_TAGS = 50;

/** Later tags win over earlier ones of the same key; keys differ by case. */
export function mergeTags(tags: readonly Tag[], added: readonly { Key: string; Value?: string }[]): Tag[] {
  const merged = new Map(tags.map(({ Key, Value }) => [Key, Value]));
  for (const { Key, Value } of added) merged.set(Key, Value ?? '');
  if (merged.size > MOST_TAGS)
    throw errors.invalidParameter(`You can't attach more than ${MOST_TAGS} tags to a secret.`);
  return [...merged].map(([Key, Value]) => ({ Key, Value }));
}
