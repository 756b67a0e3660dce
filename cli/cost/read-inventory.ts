import type { Account } from '../account.ts';
import type { Inventory } from './inventory.ts';
import { readParameters } from './read-parameters.ts';
import { readSecrets } from './read-secrets.ts';

/** Reads only: lists, descriptions and resource policies, and with `readSizes` the values of secrets that could move. */
export async function readInventory(
  { region, secrets: client, parameters: ssm, patience }: Account,
  readSizes: boolean,
  onProgress: (line: string) => void,
): Promise<Inventory> {
  const secrets = await readSecrets({ client, region, readSizes, patience, onProgress });
  const parameters = await readParameters(ssm, patience, (count) => onProgress(`${count} parameters`));
  return { region, sizesRead: readSizes, secrets, parameters };
}
