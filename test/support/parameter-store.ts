/** A SecureString in the sandbox's Parameter Store, reached through the official SDK. */
import { randomUUID } from 'node:crypto';
import {
  GetParameterCommand,
  PutParameterCommand,
  type PutParameterCommandInput,
  paginateGetParameterHistory,
  SSMClient,
} from '@aws-sdk/client-ssm';
import type { Sandbox } from '../../local/sandbox.ts';
import { companionOf } from '../../shared/stores/parameter-store/names.ts';
import type { ParameterVersions } from '../../shared/stores/parameter-store/parameter-store.ts';
import { parameterVersions } from '../../shared/stores/parameter-store/parameter-store.ts';
import type { TestStore } from './store.ts';

export interface ParameterStore extends TestStore {
  readonly versions: ParameterVersions;
  readonly companion: string;
  /** What an application gets that knows nothing of labels. */
  plainRead(): Promise<string>;
  /** What an operator gets who looks for the pending value. */
  plainPending(): Promise<string | undefined>;
}

export function ssmTestClient({ url }: Pick<Sandbox, 'url'>, retries = 3): SSMClient {
  return new SSMClient({
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'test' },
    maxAttempts: retries,
  });
}

/** Each call gets a store of its own, as each invocation does: nothing is remembered from one to the next. */
export function forgetful(client: SSMClient): ParameterVersions {
  const fresh = () => parameterVersions({ client, signal: new AbortController().signal, tags: true });
  return {
    begin: (...args) => fresh().begin(...args),
    describe: (...args) => fresh().describe(...args),
    read: (...args) => fresh().read(...args),
    put: (...args) => fresh().put(...args),
    promote: (...args) => fresh().promote(...args),
    dropPending: (...args) => fresh().dropPending(...args),
    abandon: (...args) => fresh().abandon(...args),
    unlabelled: (...args) => fresh().unlabelled(...args),
  };
}

export async function parameterStore(
  client: SSMClient,
  initial: string,
  given: Partial<PutParameterCommandInput> = {},
): Promise<ParameterStore> {
  const Name = given.Name ?? `/test/${randomUUID()}`;
  await client.send(new PutParameterCommand({ Type: 'SecureString', Value: initial, ...given, Name }));
  const versions = forgetful(client);
  const companion = companionOf(Name);
  const valueAt = async (name: string) => {
    try {
      const answer = await client.send(new GetParameterCommand({ Name: name, WithDecryption: true }));
      return answer.Parameter?.Value;
    } catch (error) {
      if (/^Parameter(Version)?NotFound$/.test((error as Error).name)) return undefined;
      throw error;
    }
  };

  return {
    secretId: Name,
    companion,
    versions,
    async begin() {
      const token = randomUUID();
      const begun = await versions.begin(Name, token, { deadAfterMs: 0 });
      if (!begun.goesOn || begun.token !== token) throw new Error('another rotation is unfinished');
      return token;
    },
    // The command that docs/parameter-store.md gives.
    async abandon() {
      if ((await valueAt(companion)) === undefined) return;
      const given = { Name: companion, Value: '-', Description: 'abandoned' };
      await client.send(new PutParameterCommand({ ...given, Overwrite: true }));
    },
    async putCurrent(value) {
      await client.send(new PutParameterCommand({ Name, Value: value, Overwrite: true }));
    },
    labels: async () => (await versions.describe(Name)).labels,
    async valueOf(version) {
      if (/^\d+$/.test(version)) return valueAt(`${Name}:${version}`);
      const pages = paginateGetParameterHistory({ client }, { Name: companion, WithDecryption: true });
      const Parameters = await Array.fromAsync(pages, ({ Parameters: some = [] }) => some).catch(() => []);
      return Parameters.flat().find(({ Description }) => Description === `Rekey value ${version}`)?.Value;
    },
    async switchOff() {
      throw new Error('rotation of a parameter has no switch');
    },
    plainRead: async () => String(await valueAt(Name)),
    plainPending: () => valueAt(`${companion}:pending`),
  };
}
