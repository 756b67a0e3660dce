import { DescribeSecretCommand, RotateSecretCommand } from '@aws-sdk/client-secrets-manager';
import type { Planted, Stage } from './stage.ts';

export interface Step {
  readonly step: string;
  readonly ms: number;
  /** Time that importing the bundle took, when this step had to start a process. It is part of `ms`. */
  readonly initMs?: number;
}

/** Label → version id. */
export type Labels = Readonly<Record<string, string>>;

export interface Rotated {
  readonly token: string;
  /** What the first step that failed said. */
  readonly failure?: string;
  readonly steps: readonly Step[];
  /** All steps together. */
  readonly ms: number;
  /** Calls that the function made to Secrets Manager, by operation. */
  readonly calls: Readonly<Record<string, number>>;
  readonly callCount: number;
  /** Logins by the function that opened; absent where the server does not tell. */
  readonly logins?: number;
  /** How many logins the server had refused, to anybody, when it began. */
  readonly refusedBefore: number;
  readonly before: Labels;
  readonly after: Labels;
}

/** Asks Secrets Manager for a rotation, waits until it has driven it to its end, and gathers what happened. */
export async function rotate(stage: Stage, { secret, functionName, functionArn }: Planted): Promise<Rotated> {
  const { sandbox, database, secretsManager } = stage;
  const before = await labels(stage, secret);
  const { openedByFunctions: openedBefore, refused: refusedBefore } = database.logins();
  const since = Date.now();

  const { VersionId: token = '' } = await secretsManager.send(
    new RotateSecretCommand({ SecretId: secret, RotationLambdaARN: functionArn }),
  );
  await sandbox.idle();

  const history = sandbox.secretsManager.history.filter((record) => record.token === token);
  const invocations = sandbox.functions.invocations(functionName).slice(-4);
  const called = history.filter(({ event }) => event === 'StepCalled');
  const started = invocations.slice(-called.length);
  const steps = called.map(({ step = '', durationMs: ms = 0 }, index) => {
    const initMs = started[index]?.initMs;
    return { step, ms, ...(initMs !== undefined && { initMs }) };
  });
  const error = history.find(
    ({ event }) => event !== 'StepCalled' && event !== 'RotationStarted' && event !== 'RotationSucceeded',
  )?.error;
  const { openedByFunctions: openedAfter } = database.logins();
  const requests = sandbox.requests.filter(
    ({ service, caller, startedAt }) => service === 'secretsmanager' && caller === functionName && startedAt >= since,
  );
  return {
    token,
    ...(error && { failure: `${error.errorType}: ${error.errorMessage}` }),
    steps,
    ms: steps.reduce((sum, { ms }) => sum + ms, 0),
    calls: Object.fromEntries(
      Object.entries(Object.groupBy(requests, ({ operation }) => operation)).map(([name, all = []]) => [
        name,
        all.length,
      ]),
    ),
    callCount: requests.length,
    ...(openedBefore !== undefined && openedAfter !== undefined && { logins: openedAfter - openedBefore }),
    refusedBefore,
    before,
    after: await labels(stage, secret),
  };
}

async function labels({ secretsManager }: Stage, SecretId: string): Promise<Labels> {
  const { VersionIdsToStages = {} } = await secretsManager.send(new DescribeSecretCommand({ SecretId }));
  return Object.fromEntries(
    Object.entries(VersionIdsToStages)
      .flatMap(([version, names]) => (names ?? []).map((name) => [name, version] as const))
      .sort(),
  );
}
