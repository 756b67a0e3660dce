/** Secrets Manager in memory, under the official SDK's client: each command is one call, and each read may be stale. */
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { VersionId } from '../../shared/rotation/versions.ts';
import type { MemoryStore, Stored } from '../../test/support/memory-store.ts';
import type { Calls } from './delivery.ts';

type Versions = ReadonlyMap<VersionId, Readonly<Stored>>;

interface Input {
  readonly VersionId?: string;
  readonly VersionStage?: string;
  readonly ClientRequestToken?: string;
  readonly SecretString?: string;
  readonly MoveToVersionId?: string;
  readonly RemoveFromVersionId?: string;
}

/** `before`: what there was before the last write. */
export function secretsClient(store: MemoryStore, before: () => Versions, calls: Calls): SecretsManagerClient {
  const send = (command: { readonly input: Input }) => {
    const { input } = command;
    const name = command.constructor.name.replace('Command', '');
    const read = readings[name];
    const words = [name, input.VersionStage, input.VersionId].filter((word) => word !== undefined).join(' ');
    if (read !== undefined)
      return calls.call(words, 'read', async (isStale) => read(input, isStale ? before() : store.stored(), store));
    return calls.call(words, 'write', () => write(name, input, store));
  };
  // The SDK's paginator takes no client but its own.
  return Object.assign(Object.create(SecretsManagerClient.prototype), { send });
}

const readings: Readonly<Record<string, (input: Input, versions: Versions, store: MemoryStore) => unknown>> = {
  DescribeSecret: (_, versions, store) => ({
    ARN: store.secretId,
    Name: store.secretId,
    RotationEnabled: store.isRotationOn(),
    VersionIdsToStages: Object.fromEntries(
      [...versions].filter(([, { labels }]) => labels.length > 0).map(([id, { labels }]) => [id, labels]),
    ),
  }),

  GetSecretValue({ VersionId, VersionStage }, versions) {
    const found = [...versions].find(
      ([id, { labels }]) => id === (VersionId ?? id) && (VersionStage === undefined || labels.includes(VersionStage)),
    );
    if (found?.[1].value === undefined) throw named('ResourceNotFoundException');
    return { VersionId: found[0], SecretString: found[1].value };
  },

  ListSecretVersionIds: (_, versions) => ({
    Versions: [...versions].map(([VersionId, { labels }], at) => ({
      VersionId,
      VersionStages: labels,
      CreatedDate: new Date(at),
    })),
  }),
};

async function write(name: string, input: Input, { versions, secretId }: MemoryStore): Promise<unknown> {
  if (name === 'PutSecretValue') {
    const { ClientRequestToken = '', SecretString = '' } = input;
    if ((await versions.put(secretId, ClientRequestToken, SecretString)) === 'exists')
      throw named('ResourceExistsException');
  } else if (input.VersionStage === 'AWSPENDING')
    await versions.dropPending(secretId, String(input.RemoveFromVersionId));
  else
    await versions.promote(secretId, String(input.MoveToVersionId), input.RemoveFromVersionId).catch(() => {
      throw named('InvalidParameterException');
    });
  return {};
}

/** As the SDK's errors are. */
export function named(name: string): Error {
  return Object.assign(new Error(name), { name, $metadata: { httpStatusCode: 400 } });
}
