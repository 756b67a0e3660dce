import type { Account } from '../account.ts';
import { isOfRekey } from '../condition.ts';
import type { Inventory } from './inventory.ts';
import { readFunctions } from './read-functions.ts';
import { readParameters } from './read-parameters.ts';
import { readSecrets } from './read-secrets.ts';

/** Reads only: lists, descriptions, policies of resources and roles, and with `readSizes` the values of secrets that could move. */
export async function readInventory(
  account: Account,
  readSizes: boolean,
  onProgress: (line: string) => void,
): Promise<Inventory> {
  const { region, secrets: client, parameters: ssm, patience } = account;
  let functions: Inventory['functions'];
  const secrets = await readSecrets({
    client,
    region,
    readSizes,
    patience,
    onProgress,
    async known(listed) {
      const rotating = listed.map(({ rotationFunction }) => rotationFunction ?? '').filter(isOfRekey);
      functions = await readFunctions(account, [...new Set(rotating)]);
      const superusers = new Set(functions?.flatMap((one) => one.superusers));
      return listed.map((secret) => ({ ...secret, isSuperuser: superusers.has(secret.arn) }));
    },
  });
  const parameters = await readParameters(ssm, patience, (count) => onProgress(`${count} parameters`));
  return { region, sizesRead: readSizes, secrets, parameters, functions };
}
