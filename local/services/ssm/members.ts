import { listOf, oneOf, structure, text, whole } from '../../aws/shapes.ts';

/** The members that operations share, with the limits of the service's model. */
export const name = text({ min: 1, max: 2048 });
export const names = listOf(name, { min: 1, max: 10 });
export const label = text({ min: 1, max: 100 });
export const labels = listOf(label, { min: 1, max: 10 });
export const version = whole({});
export const keyId = text({ min: 1, max: 256, pattern: /([a-zA-Z0-9:/_-]+)/ });
export const nextToken = text({});
export const maxResults = whole({ min: 1, max: 50 });
const tagText = /([\p{L}\p{Z}\p{N}_.:/=+\-@]*)/u;
export const tagKey = text({ min: 1, max: 128, pattern: tagText });
export const tags = listOf(structure({ Key: tagKey, Value: text({ max: 256, pattern: tagText }) }, {}), { max: 1000 });
export const filters = listOf(
  structure(
    { Key: text({ min: 1, max: 132, pattern: /tag:.+|Name|Type|KeyId|Path|Label|Tier|DataType/ }) },
    {
      Option: text({ min: 1, max: 10 }),
      Values: listOf(text({ min: 1, max: 1024 }), { min: 1, max: 50 }),
    },
  ),
);
export const resourceType = oneOf([
  'Document',
  'ManagedInstance',
  'MaintenanceWindow',
  'Parameter',
  'PatchBaseline',
  'OpsItem',
  'OpsMetadata',
  'Automation',
  'Association',
]);
