import { listOf, structure, text } from '../../../aws/shapes.ts';
import * as member from '../members.ts';
import { mergeTags } from '../tag-list.ts';
import { type Operation, operation } from '../world.ts';

export const tagResource: Operation = operation(
  structure({ SecretId: member.secretId, Tags: member.tags }, {}),
  (given, { secrets }) => {
    const secret = secrets.getLive(given.SecretId);
    secrets.save({ ...secret, tags: mergeTags(secret.tags ?? [], given.Tags) });
    return undefined;
  },
);

export const untagResource: Operation = operation(
  structure({ SecretId: member.secretId, TagKeys: listOf(text({ min: 1, max: 128 })) }, {}),
  (given, { secrets }) => {
    const secret = secrets.getLive(given.SecretId);
    secrets.save({ ...secret, tags: secret.tags?.filter((tag) => !given.TagKeys.includes(tag.Key)) });
    return undefined;
  },
);
