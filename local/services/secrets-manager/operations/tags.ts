import { operation } from '../../../aws/operation.ts';
import { listOf, structure, text } from '../../../aws/shapes.ts';
import { mergeTags, withoutTags } from '../../../aws/tags.ts';
import { errors } from '../errors.ts';
import * as member from '../members.ts';
import type { SecretOperations } from '../world.ts';

export const tagOperations: SecretOperations = {
  TagResource: operation(structure({ SecretId: member.secretId, Tags: member.tags }), (given, { secrets }) => {
    const secret = secrets.getLive(given.SecretId);
    secrets.save({ ...secret, tags: mergeTags(secret.tags ?? [], given.Tags, errors) });
    return undefined;
  }),

  UntagResource: operation(
    structure({ SecretId: member.secretId, TagKeys: listOf(text({ min: 1, max: 128 })) }),
    (given, { secrets }) => {
      const secret = secrets.getLive(given.SecretId);
      secrets.save({ ...secret, tags: secret.tags && withoutTags(secret.tags, given.TagKeys, errors) });
      return undefined;
    },
  ),
};
