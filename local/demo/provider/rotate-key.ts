import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeSecretCommand, RotateSecretCommand } from '@aws-sdk/client-secrets-manager';
import type { Labels, Step } from '../rotate.ts';
import type { ProviderStage } from './demo.ts';

export interface RotatedKey {
  readonly token: string;
  /** What the first step said that failed in the last try. */
  readonly failure?: string;
  /** Of the last try. */
  readonly steps: readonly Step[];
  readonly callCount: number;
  readonly providerCalls: readonly string[];
  readonly after: Labels;
}

/** Asks for a rotation. `killedAt`: the process dies before this call, and after `pauseMs` the service repeats the rotation. */
export async function rotateKey(
  { sandbox, secretsManager, secret, functionName, functionArn, double }: ProviderStage,
  crash?: { readonly killedAt: string; readonly pauseMs: number },
): Promise<RotatedKey> {
  if (crash) sandbox.faults.add({ operation: crash.killedAt, caller: functionName, action: 'kill', when: 'before' });
  let since = {
    requests: sandbox.requests.length,
    calls: double.calls.length,
    history: sandbox.secretsManager.history.length,
  };
  const { VersionId: token = '' } = await secretsManager.send(
    new RotateSecretCommand({ SecretId: secret, RotationLambdaARN: functionArn }),
  );
  await sandbox.idle();
  if (crash) {
    await sleep(crash.pauseMs);
    since = {
      requests: sandbox.requests.length,
      calls: double.calls.length,
      history: sandbox.secretsManager.history.length,
    };
    await sandbox.secretsManager.retryRotation(secret);
    await sandbox.idle();
  }

  const history = sandbox.secretsManager.history.slice(since.history).filter((record) => record.token === token);
  const failed = history.find(({ event, error }) => event === 'StepCalled' && error !== undefined)?.error;
  const requests = sandbox.requests
    .slice(since.requests)
    .filter(({ service, caller }) => service === 'secretsmanager' && caller === functionName);
  const { VersionIdsToStages = {} } = await secretsManager.send(new DescribeSecretCommand({ SecretId: secret }));
  return {
    token,
    ...(failed && { failure: `${failed.errorType}: ${failed.errorMessage}` }),
    steps: history
      .filter(({ event }) => event === 'StepCalled')
      .map(({ step = '', durationMs: ms = 0 }) => ({ step, ms })),
    callCount: requests.length,
    providerCalls: double.calls.slice(since.calls),
    after: Object.fromEntries(
      Object.entries(VersionIdsToStages).flatMap(([version, labels]) => labels.map((label) => [label, version])),
    ),
  };
}
