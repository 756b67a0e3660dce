import { AwsError } from '../../../aws/aws-error.ts';
import { operation } from '../../../aws/operation.ts';
import { listOf, structure, text } from '../../../aws/shapes.ts';
import { mergeTags, withoutTags } from '../../../aws/tags.ts';
import { errors } from '../errors.ts';
import * as member from '../members.ts';
import type { Parameter } from '../parameter.ts';
import type { ParameterOperations, World } from '../world.ts';

const resource = { ResourceType: member.resourceType, ResourceId: text({}) };

export const tagOperations: ParameterOperations = {
  AddTagsToResource: operation(structure({ ...resource, Tags: member.tags }), (given, world) => {
    const parameter = tagged(given, world);
    world.parameters.save({ ...parameter, tags: mergeTags(parameter.tags, given.Tags, errors) });
    return {};
  }),

  RemoveTagsFromResource: operation(structure({ ...resource, TagKeys: listOf(member.tagKey) }), (given, world) => {
    const parameter = tagged(given, world);
    world.parameters.save({ ...parameter, tags: withoutTags(parameter.tags, given.TagKeys, errors) });
    return {};
  }),

  ListTagsForResource: operation(structure(resource), (given, world) => ({ TagList: tagged(given, world).tags })),
};

function tagged(given: { ResourceType: string; ResourceId: string }, { parameters }: World): Parameter {
  if (given.ResourceType !== 'Parameter') {
    throw new AwsError('InvalidResourceType', 'The resource type is not valid. The sandbox has parameters only.');
  }
  const parameter = parameters.find(given.ResourceId);
  if (parameter) return parameter;
  throw new AwsError(
    'InvalidResourceId',
    'The resource ID is not valid. Verify that you entered the correct ID and try again.',
  );
}
