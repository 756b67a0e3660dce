import { DescribeParametersCommand, type ParameterMetadata, type SSMClient } from '@aws-sdk/client-ssm';
import { call, type Patience } from '../call.ts';
import type { ParameterFacts } from './inventory.ts';

/** The account's own; those that others share cost their owners. */
export async function readParameters(
  client: SSMClient,
  patience: Patience,
  onPage: (count: number) => void,
): Promise<ParameterFacts[]> {
  const found: ParameterFacts[] = [];
  let NextToken: string | undefined;
  do {
    const command = new DescribeParametersCommand({ MaxResults: 50, ...(NextToken && { NextToken }) });
    const page = await call('ssm:DescribeParameters', undefined, patience, (abort) => client.send(command, abort));
    found.push(...(page.Parameters ?? []).map(facts));
    onPage(found.length);
    NextToken = page.NextToken;
  } while (NextToken);
  return found;
}

function facts({ Name = '', Type = 'String', Tier }: ParameterMetadata): ParameterFacts {
  return { name: Name, type: Type, tier: Tier === 'Advanced' ? 'advanced' : 'standard' };
}
