/** The values of a secret's versions: asked for when they are needed, or a moment before. */
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { nameOf, serviceError } from '../../aws/service-error.ts';
import { InvalidSecretError } from '../../rotation/errors.ts';
import type { SecretVersions, StagingLabel, VersionId } from '../../rotation/versions.ts';

export interface SecretValues extends Required<Pick<SecretVersions, 'foresee' | 'read'>> {
  /** Whatever labels this version has. */
  ofVersion(id: string, version: VersionId): Promise<string | undefined>;
}

interface Answer {
  readonly version: VersionId | undefined;
  readonly text: string;
}

export function secretValues(client: SecretsManagerClient, signal: AbortSignal): SecretValues {
  const begun = new Map<string, Promise<Answer | undefined>>();

  async function ask(id: string, label?: StagingLabel, version?: VersionId): Promise<Answer | undefined> {
    const command = new GetSecretValueCommand({ SecretId: id, VersionStage: label, VersionId: version });
    try {
      const answer = await client.send(command, { abortSignal: signal });
      return { version: answer.VersionId, text: textOf(answer.SecretString, id) };
    } catch (error) {
      // The second one: the version is there, and the label not, or not yet.
      if (['ResourceNotFoundException', 'InvalidRequestException'].includes(nameOf(error))) return undefined;
      throw serviceError(error, `GetSecretValue of ${id}`);
    }
  }

  return {
    foresee(id, reads) {
      for (const { label, version } of reads) {
        const answer = ask(id, label, version);
        answer.catch(() => {});
        begun.set(`${id} ${label}`, answer);
      }
    },

    async read(id, label, version) {
      const foreseen = begun.get(`${id} ${label}`);
      begun.delete(`${id} ${label}`);
      // It may be older than the description. So it is good for the version that this one names, and for nothing else.
      const first = version === undefined ? undefined : await foreseen;
      const isThatOne = first !== undefined && first.version === version;
      return (isThatOne ? first : await ask(id, label, version))?.text;
    },

    ofVersion: async (id, version) => (await ask(id, undefined, version))?.text,
  };
}

function textOf(text: string | undefined, id: string): string {
  if (text !== undefined) return text;
  throw new InvalidSecretError(`${id} holds a binary value`, {
    hint: 'store the secret value as text (SecretString) with put-secret-value',
  });
}
