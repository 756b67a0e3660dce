/** What lists tell of secrets: names, dates and labels, and no value. */
import { ListSecretsCommand, ListSecretVersionIdsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SecretDescription } from '../rotation/versions.ts';
import { clientOf } from './clients.ts';
import { serviceError } from './service-error.ts';

export interface ListedSecret {
  readonly arn: string;
  readonly name: string;
  readonly labels: SecretDescription['labels'];
  readonly rotates: boolean;
  /** Of a secret of another region. */
  readonly isReplica: boolean;
  /** Of the rotation function. */
  readonly functionName?: string | undefined;
  /** Is that function, and so its log, in another account than the secret? */
  readonly isElsewhere: boolean;
  readonly lastRotated?: Date | undefined;
  /** In whatever way: of a value, a label, a tag. */
  readonly lastChanged?: Date | undefined;
  /** The last moment at which the next rotation is to begin. */
  readonly nextRotation?: Date | undefined;
  /** How long a window is open: `3h`. */
  readonly window?: string | undefined;
}

/** Every secret of the region, or those whose names begin so. Throws ServiceError. */
export async function* listedSecrets(signal: AbortSignal, prefix?: string): AsyncIterable<ListedSecret> {
  const Filters = prefix === undefined ? undefined : [{ Key: 'name' as const, Values: [prefix] }];
  let NextToken: string | undefined;
  do {
    const page = await calling('ListSecrets', () =>
      clientOf(SecretsManagerClient).send(new ListSecretsCommand({ MaxResults: 100, Filters, NextToken }), {
        abortSignal: signal,
      }),
    );
    NextToken = page.NextToken;
    for (const { ARN = '', Name = ARN, ...entry } of page.SecretList ?? [])
      yield {
        arn: ARN,
        name: Name,
        labels: entry.SecretVersionsToStages ?? {},
        rotates: entry.RotationEnabled === true,
        isReplica: entry.PrimaryRegion !== undefined && entry.PrimaryRegion !== ARN.split(':')[3],
        functionName: entry.RotationLambdaARN?.split(':')[6],
        isElsewhere: (entry.RotationLambdaARN ?? ARN).split(':')[4] !== ARN.split(':')[4],
        lastRotated: entry.LastRotatedDate,
        lastChanged: entry.LastChangedDate,
        nextRotation: entry.NextRotationDate,
        window: entry.RotationRules?.Duration,
      };
  } while (NextToken !== undefined);
}

/** When a labelled version was made; undefined when it is gone. Throws ServiceError. */
export async function madeAt(arn: string, version: string, signal: AbortSignal): Promise<Date | undefined> {
  const { Versions = [] } = await calling(`ListSecretVersionIds of ${arn}`, () =>
    clientOf(SecretsManagerClient).send(new ListSecretVersionIdsCommand({ SecretId: arn }), { abortSignal: signal }),
  );
  return Versions.find(({ VersionId }) => VersionId === version)?.CreatedDate;
}

async function calling<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw serviceError(error, what);
  }
}
