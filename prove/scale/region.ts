/** A region in memory, in virtual time: the sandbox's Secrets Manager under its quotas, the SDK's own clients, and one function. */
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { AwsError } from '../../local/aws/aws-error.ts';
import { awsJson } from '../../local/aws/protocols/json.ts';
import { type Account, arnOf, failed, type InvokeOutcome } from '../../local/aws/service.ts';
import { secretsManager } from '../../local/services/secrets-manager/service.ts';
import { clientOptions } from '../../shared/aws/clients.ts';
import { singleUserStrategy } from '../../shared/databases/strategies/single-user.ts';
import { RotationError } from '../../shared/rotation/errors.ts';
import { runStep } from '../../shared/rotation/steps.ts';
import { secretsManagerVersions } from '../../shared/stores/secrets-manager/secrets-manager.ts';
import { testContext } from '../../test/support/context.ts';
import { environments } from './lambda.ts';
import { quotas } from './quotas.ts';
import { slowServer } from './slow-server.ts';

const CALL_MS = 20;
/** What a function of 30 s has for its work: shared/lambda/running.ts. */
const STEP_MS = 27_700;

export interface Limits {
  /** So many steps run at once, and others wait. */
  readonly environments: number;
  /** How often the service repeats a rotation that failed, and after how long. */
  readonly repeats: number;
  readonly repeatAfterMs: number;
  /** Absent: what AWS admits. */
  readonly writesPerSecond?: number;
}

interface StepEvent {
  readonly Step: string;
  readonly SecretId: string;
  readonly ClientRequestToken: string;
}

interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export async function startRegion(size: number, limits: Limits) {
  const account: Account = { accountId: '123456789012', partition: 'aws', region: 'us-east-1', now: Date.now };
  const functionArn = arnOf(account, 'lambda', 'function:rotator');
  const server = slowServer();
  const strategy = singleUserStrategy(server.engine);
  const tally = { calls: 0, throttled: 0, failedSteps: 0 };
  // Each has retries of its own, as a process has.
  const inEnvironment = environments(limits.environments, newClient);
  const service = secretsManager({
    account,
    functions: {
      find: () => functionArn,
      invoke: (_, event) => inEnvironment((client) => step(client, event as unknown as StepEvent)),
    },
    faults: { staleReads: 0, deliverTwice: () => false },
    automaticRetries: limits.repeats,
    retryDelayMs: limits.repeatAfterMs,
  });
  const wire = awsJson([service], account);
  const admits = quotas(limits.writesPerSecond);

  function newClient() {
    return new SecretsManagerClient({
      ...clientOptions,
      region: account.region,
      credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'test' },
      requestHandler: { handle: async (request: SdkRequest) => ({ response: await answered(request) }) },
    });
  }

  async function answered({ body, ...request }: SdkRequest) {
    await sleep(CALL_MS);
    const bytes = Buffer.concat(body === undefined ? [] : [body]);
    const call = wire({ ...request, body: bytes, query: new URLSearchParams(), requestId: '' });
    if (call === undefined) throw new Error('no service answers');
    tally.calls += 1;
    const isAdmitted = admits(call.operation);
    if (!isAdmitted) tally.throttled += 1;
    const answer = isAdmitted
      ? await call.run().catch((error: AwsError) => call.failure(error))
      : call.failure(new AwsError(call.codes.throttled, 'Rate exceeded'));
    if (answer.status === 200) promotedBy(call.operation, bytes);
    return { statusCode: answer.status, headers: answer.headers, body: Readable.from([Buffer.from(answer.body)]) };
  }

  function promotedBy(operation: string, body: Buffer): void {
    if (operation !== 'UpdateSecretVersionStage') return;
    const { SecretId, VersionStage } = JSON.parse(body.toString());
    if (VersionStage === 'AWSCURRENT') server.opens(nameIn(SecretId));
  }

  async function step(client: SecretsManagerClient, { Step, SecretId, ClientRequestToken }: StepEvent) {
    const controller = new AbortController();
    const limit = setTimeout(() => controller.abort(new DOMException('out of time', 'TimeoutError')), STEP_MS);
    const { signal } = controller;
    try {
      await runStep(Step, {
        strategy,
        versions: secretsManagerVersions({ client, signal }),
        ctx: testContext({ secretId: SecretId, token: ClientRequestToken, signal }),
        progress: { working: 'unknown' },
        report: async () => {},
      });
      return { ok: true, payload: null } satisfies InvokeOutcome;
    } catch (error) {
      if (!(error instanceof RotationError)) throw error;
      tally.failedSteps += 1;
      return failed(error.name, error.message);
    } finally {
      clearTimeout(limit);
    }
  }

  const call = async (operation: string, input: Record<string, unknown>) =>
    (await service.call(operation, input, { region: account.region })) as Record<string, unknown>;
  const arns: string[] = [];
  for (let number = 0; number < size; number++) {
    const SecretString = JSON.stringify(server.newUser(nameOf(number)));
    const secret = { Name: nameOf(number), ClientRequestToken: tokenOf(number, 'first'), SecretString };
    arns.push(String((await call('CreateSecret', secret)).ARN));
  }

  return {
    arns,
    tally,
    longestRefusalMs: server.longestRefusalMs,
    /** Begins a rotation of this secret, and does not wait. */
    begin: (number: number) =>
      call('RotateSecret', {
        SecretId: arns[number],
        ClientRequestToken: tokenOf(number, 'second'),
        RotationLambdaARN: functionArn,
      }),
    idle: () => service.idle(),
    /** Names of secrets whose rotation has not ended, or whose AWSCURRENT does not open. */
    left: () =>
      service.secrets().flatMap(({ name, versions }, number) => {
        const current = versions.find(({ labels }) => labels.includes('AWSCURRENT'));
        const { password } = current?.value && 'string' in current.value ? JSON.parse(current.value.string) : {};
        const isDone = current?.id === tokenOf(number, 'second') && current.labels.length === 1;
        return isDone && password === server.passwordOf(name) ? [] : [name];
      }),
  };
}

const nameOf = (number: number) => `app${number}`;
const nameIn = (arn: string) => /:secret:(\w+)-/.exec(arn)?.[1] ?? '';
const tokenOf = (number: number, turn: 'first' | 'second') =>
  `00000000-0000-4000-800${turn === 'first' ? 1 : 2}-${String(number).padStart(12, '0')}`;
