/** A random value with no system behind it, in a parameter: for what concerns Parameter Store alone. */
import {
  DescribeParametersCommand,
  GetParameterHistoryCommand,
  LabelParameterVersionCommand,
  ListTagsForResourceCommand,
  type PutParameterCommandInput,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import { generatedValueStrategy } from '../../shared/generated/generated-value.ts';
import { testContext } from './context.ts';
import { type ParameterStore, parameterStore } from './parameter-store.ts';

export const hexValue = '{"generate":{"kind":"hex","bytes":16},"value":"first"}';

export async function generatedParameter(client: SSMClient, given: Partial<PutParameterCommandInput> = {}) {
  const store = await parameterStore(client, hexValue, given);
  return { store, strategy: () => generatedValueStrategy(), context: testContext, opens: async () => true };
}

/** What an operator sees. */
export function parameterViews(client: SSMClient) {
  return {
    async described({ secretId }: Pick<ParameterStore, 'secretId'>) {
      const ParameterFilters = [{ Key: 'Name', Values: [secretId] }];
      const { Parameters = [] } = await client.send(new DescribeParametersCommand({ ParameterFilters }));
      return Parameters[0];
    },
    /** label → version */
    async labelsOf(Name: string): Promise<Record<string, number>> {
      const found: Record<string, number> = {};
      let NextToken: string | undefined;
      do {
        const page = await client.send(new GetParameterHistoryCommand({ Name, NextToken }));
        for (const { Labels = [], Version = 0 } of page.Parameters ?? [])
          for (const label of Labels) found[label] = Version;
        NextToken = page.NextToken;
      } while (NextToken);
      return found;
    },
    async tagsOf(ResourceId: string) {
      const command = new ListTagsForResourceCommand({ ResourceType: 'Parameter', ResourceId });
      const { TagList = [] } = await client.send(command);
      return Object.fromEntries(TagList.map(({ Key, Value }) => [Key, Value]));
    },
    label: (Name: string, ParameterVersion: number, ...Labels: string[]) =>
      client.send(new LabelParameterVersionCommand({ Name, ParameterVersion, Labels })),
  };
}
