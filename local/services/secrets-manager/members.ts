import { blob, listOf, oneOf, structure, text, whole } from '../../aws/shapes.ts';

/** The members that operations share, with the limits of the service's model. */
export const secretId = text({ min: 1, max: 2048 });
export const token = text({ min: 32, max: 64 });
export const description = text({ max: 2048 });
export const kmsKeyId = text({ max: 2048 });
export const secretString = text({ max: 65_536, sensitive: true });
export const secretBinary = blob({ max: 65_536 });
export const stagingLabel = text({ min: 1, max: 256 });
export const nextToken = text({ min: 1, max: 4096 });
export const maxResults = whole({ min: 1, max: 100 });
export const tags = listOf(structure({ Key: text({ min: 1, max: 128 }) }, { Value: text({ max: 256 }) }));
export const region = text({ min: 1, max: 128, pattern: /([a-z]+-)+\d+/ });
export const replicaRegions = listOf(structure({ Region: region }, { KmsKeyId: kmsKeyId }), { min: 1 });
export const policyText = text({ min: 1, max: 20_480 });
export const filters = listOf(
  structure(
    {
      Key: oneOf(['all', 'name', 'tag-key', 'description', 'tag-value'], ['primary-region', 'owning-service']),
      Values: listOf(text({ max: 512, pattern: /!?[a-zA-Z0-9 :_@/+=.\-!]*/ }), { min: 1, max: 10 }),
    },
    {},
  ),
  { max: 10 },
);
