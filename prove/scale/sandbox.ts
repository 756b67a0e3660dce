/** The sandbox as it runs for weeks: on its port, with a function in this process, and a few secrets that are rotated day after day. */
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { startSandbox } from '../../local/sandbox.ts';
import { heapUsed } from './memory.ts';

/** Rotated at once, once a day. */
const SECRETS = 20;
const DAY = 86_400_000;

interface StepEvent {
  readonly Step: string;
  readonly SecretId: string;
  readonly ClientRequestToken: string;
}

/** Rotations after which every list that it keeps is full, and a secret has as many versions as the service keeps: docs/sandbox.md. */
export const FULL = 2_500;

/** What it holds on to after `rotations`, and how much more after three times as many. Bytes. `meanwhile` is told of each step, while it runs. */
export async function growthOf(
  rotations: number,
  signal: AbortSignal,
  meanwhile: (event: StepEvent) => void = () => {},
): Promise<{ held: number; grown: number; residentGrown: number }> {
  await using sandbox = await longSandbox(meanwhile);
  await sandbox.rotate(rotations, signal);
  const [held, resident] = [heapUsed(), process.memoryUsage.rss()];
  await sandbox.rotate(2 * rotations, signal);
  return { held, grown: heapUsed() - held, residentGrown: process.memoryUsage.rss() - resident };
}

async function longSandbox(meanwhile: (event: StepEvent) => void) {
  let now = Date.now();
  const sandbox = await startSandbox({ account: { now: () => now } });
  const { url: endpoint, account } = sandbox;
  const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'test' };
  const [secrets, sns] = [SecretsManagerClient, SNSClient].map(
    (Client) => new Client({ endpoint, region: account.region, credentials }),
  ) as [SecretsManagerClient, SNSClient];
  await sandbox.sns.call('CreateTopic', { Name: 'rotations' }, { region: account.region });
  const TopicArn = `arn:aws:sns:${account.region}:${account.accountId}:rotations`;

  async function handler(event: StepEvent): Promise<void> {
    const { Step, SecretId, ClientRequestToken: VersionId } = event;
    meanwhile(event);
    if (Step === 'createSecret') {
      const value = {
        SecretString: JSON.stringify({ username: 'app', password: VersionId }),
        VersionStages: ['AWSPENDING'],
      };
      await secrets.send(new PutSecretValueCommand({ SecretId, ClientRequestToken: VersionId, ...value }));
    }
    if (Step !== 'finishSecret') return;
    const { VersionIdsToStages = {} } = await secrets.send(new DescribeSecretCommand({ SecretId }));
    const [RemoveFromVersionId] = Object.keys(VersionIdsToStages).filter((id) =>
      VersionIdsToStages[id]?.includes('AWSCURRENT'),
    );
    const move = { VersionStage: 'AWSCURRENT', MoveToVersionId: VersionId, RemoveFromVersionId };
    await secrets.send(new UpdateSecretVersionStageCommand({ SecretId, ...move }));
    await sns.send(new PublishCommand({ TopicArn, Subject: 'was rotated', Message: JSON.stringify(event) }));
  }

  const RotationLambdaARN = sandbox.functions.register('rotator', { handler });
  const ids = Array.from({ length: SECRETS }, (_, number) => `app${number}`);
  for (const Name of ids) await secrets.send(new CreateSecretCommand({ Name, SecretString: '{}' }));

  return {
    /** Not fewer rotations than these. Throws when one has failed. */
    async rotate(times: number, signal: AbortSignal): Promise<void> {
      for (let done = 0; done < times; done += SECRETS) {
        signal.throwIfAborted();
        now += DAY;
        const begun = ids.map((SecretId) => secrets.send(new RotateSecretCommand({ SecretId, RotationLambdaARN })));
        await Promise.all(begun);
        await sandbox.idle();
        const failed = sandbox.secretsManager.history.find(({ event }) => event === 'RotationFailed');
        if (failed !== undefined) throw new Error(`a rotation failed: ${failed.error?.errorMessage}`);
      }
    },
    async [Symbol.asyncDispose]() {
      for (const client of [secrets, sns]) client.destroy();
      await sandbox.close();
    },
  };
}
