import { DescribeSecretCommand, RotateSecretCommand } from '@aws-sdk/client-secrets-manager';
import type { Sandbox } from '../local/sandbox.ts';
import type { DatabaseStage, Planted } from './database-stage.ts';
import type { RegisteredFunction, Stage } from './stage.ts';

export interface Step {
  readonly step: string;
  readonly ms: number;
  /** Time that importing the bundle took, when this step had to start a process. It is part of `ms`. */
  readonly initMs?: number;
}

/** Label → version id. */
export type Labels = Readonly<Record<string, string>>;

/** What there is to tell of one rotation, or of the last try of it. */
export interface Course {
  readonly token: string;
  /** What the first step that failed said. */
  readonly failure?: string;
  readonly steps: readonly Step[];
  /** Calls that the function made to Secrets Manager. */
  readonly requests: Sandbox['requests'];
}

export type Rotated = Awaited<ReturnType<typeof rotate>>;

/** Rotates a secret of a database, and gathers what happened. */
export async function rotate(stage: DatabaseStage, planted: Planted) {
  const { database } = stage;
  const before = sorted(await labelsOf(stage, planted.secret));
  const { refused: refusedBefore, ...countedBefore } = database.counts();
  const { requests, ...course } = await driveRotation(stage, planted);
  const counted = database.counts();
  const byOperation = Object.entries(Object.groupBy(requests, ({ operation }) => operation));
  return {
    ...course,
    /** All steps together. */
    ms: course.steps.reduce((sum, { ms }) => sum + ms, 0),
    /** Calls that the function made to Secrets Manager, by operation. */
    calls: Object.fromEntries(byOperation.map(([name, all = []]) => [name, all.length])),
    callCount: requests.length,
    /** Logins by the function that opened. As the statements: undefined where the server does not tell. */
    logins: grown(countedBefore.openedByFunctions, counted.openedByFunctions),
    statements: grown(countedBefore.statements, counted.statements),
    /** How many logins the server had refused, to anybody, when it began. */
    refusedBefore,
    before,
    after: sorted(await labelsOf(stage, planted.secret)),
  };
}

const grown = (before?: number, after?: number) =>
  before === undefined || after === undefined ? undefined : after - before;

/** Asks Secrets Manager for a rotation, and waits until it has driven it to its end. `again`: then lets it repeat what is unfinished. */
export async function driveRotation(
  { sandbox, secretsManager }: Stage,
  { secret, functionName, functionArn }: RegisteredFunction & { readonly secret: string },
  again?: () => Promise<void>,
): Promise<Course> {
  let since = Date.now();
  let told = 0;
  const { VersionId: token = '' } = await secretsManager.send(
    new RotateSecretCommand({ SecretId: secret, RotationLambdaARN: functionArn }),
  );
  await sandbox.idle();
  if (again) {
    await again();
    since = Date.now();
    told = sandbox.secretsManager.history.length;
    await sandbox.secretsManager.retryRotation(secret);
    await sandbox.idle();
  }

  const history = sandbox.secretsManager.history.slice(told).filter((record) => record.token === token);
  const called = history.filter(({ event }) => event === 'StepCalled');
  const invocations = sandbox.functions.invocations(functionName).slice(-called.length);
  const error = history.find(
    ({ event }) => event !== 'StepCalled' && event !== 'RotationStarted' && event !== 'RotationSucceeded',
  )?.error;
  return {
    token,
    ...(error && { failure: `${error.errorType}: ${error.errorMessage}` }),
    steps: called.map(({ step = '', durationMs: ms = 0 }, index) => {
      const initMs = invocations[index]?.initMs;
      return { step, ms, ...(initMs !== undefined && { initMs }) };
    }),
    requests: sandbox.requests.filter(
      ({ service, caller, startedAt }) => service === 'secretsmanager' && caller === functionName && startedAt >= since,
    ),
  };
}

/** Those of the oldest version come first. */
export async function labelsOf({ secretsManager }: Stage, SecretId: string): Promise<Labels> {
  const { VersionIdsToStages = {} } = await secretsManager.send(new DescribeSecretCommand({ SecretId }));
  const versions = Object.entries(VersionIdsToStages);
  return Object.fromEntries(versions.flatMap(([version, labels]) => labels.map((label) => [label, version])));
}

const sorted = (labels: Labels): Labels => Object.fromEntries(Object.entries(labels).sort());
