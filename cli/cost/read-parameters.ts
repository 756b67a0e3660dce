import { DescribeParametersCommand, type ParameterMetadata, type SSMClient } from '@aws-sdk/client-ssm';
import { call, type Patience, pagesOf } from '../call.ts';
import type { ParameterFacts } from './inventory.ts';

/** The account's own; those that others share cost their owners. */
export async function readParameters(
  client: SSMClient,
  patience: Patience,
  onPage: (count: number) => void,
): Promise<ParameterFacts[]> {
  const found: ParameterFacts[] = [];
  const pages = pagesOf((NextToken) => {
    const command = new DescribeParametersCommand({ MaxResults: 50, NextToken });
    return call('ssm:DescribeParameters', undefined, patience, (abort) => client.send(command, abort));
  });
  for await (const { Parameters = [] } of pages) {
    found.push(...Parameters.map(facts));
    onPage(found.length);
  }
  return found;
}

function facts({ Name = '', Type = 'String', Tier }: ParameterMetadata): ParameterFacts {
  return { name: Name, type: Type, tier: Tier === 'Advanced' ? 'advanced' : 'standard' };
}
