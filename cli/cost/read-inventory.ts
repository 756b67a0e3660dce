import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { clientOptions } from '../../shared/aws/clients.ts';
import { UsageError } from '../../terminal/usage.ts';
import type { Patience } from './call.ts';
import type { Inventory } from './inventory.ts';
import { readParameters } from './read-parameters.ts';
import { readSecrets } from './read-secrets.ts';

export interface Source {
  /** Without one, the profile's. */
  readonly region: string | undefined;
  readonly endpointUrl: string | undefined;
  readonly readSizes: boolean;
}

/** Reads only: lists, descriptions and resource policies, and with `readSizes` the values of secrets that could move. */
export async function readInventory(
  { region, endpointUrl, readSizes }: Source,
  patience: Patience,
  onProgress: (line: string) => void,
): Promise<Inventory> {
  const options = {
    ...clientOptions,
    // Thousands of calls in a row: once the service throttles one, the client slows down by itself.
    retryMode: 'adaptive',
    ...(region !== undefined && { region }),
    ...(endpointUrl !== undefined && { endpoint: endpointUrl }),
  };
  const client = new SecretsManagerClient(options);
  const ssm = new SSMClient(options);
  try {
    const place = await regionOf(client);
    const secrets = await readSecrets({ client, region: place, readSizes, patience, onProgress });
    const parameters = await readParameters(ssm, patience, (count) => onProgress(`${count} parameters`));
    return { region: place, sizesRead: readSizes, secrets, parameters };
  } finally {
    client.destroy();
    ssm.destroy();
  }
}

async function regionOf(client: SecretsManagerClient): Promise<string> {
  try {
    return await client.config.region();
  } catch {
    throw new UsageError('no region is set', 'give --region, or set AWS_REGION');
  }
}
