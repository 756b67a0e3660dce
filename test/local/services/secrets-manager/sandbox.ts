import { randomUUID } from 'node:crypto';
import type { InvokeOutcome } from '../../../../local/aws/service.ts';
import { secretsManager } from '../../../../local/services/secrets-manager/service.ts';

export interface StepEvent {
  readonly Step: string;
  readonly SecretId: string;
  readonly ClientRequestToken: string;
  readonly RotationToken: string;
}

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into, never trusted.
type Answer = any;
type Steps = Partial<Record<string, (event: StepEvent) => unknown>>;

export const FUNCTION_ARN = 'arn:aws:lambda:us-east-1:123456789012:function:rotate';
const NEEDS_TOKEN = new Set(['CreateSecret', 'PutSecretValue', 'UpdateSecret', 'RotateSecret']);

/** Secrets Manager with a clock to move, faults to set, and a rotation function whose steps a test may replace. */
export function sandbox(options: { automaticRetries?: number; at?: string } = {}) {
  const clock = { now: Date.parse(options.at ?? '2025-03-10T04:04:59.250Z') };
  const faults = { staleReads: 0, twice: new Set<string>(), deliverTwice: (step: string) => faults.twice.delete(step) };
  const steps: Steps = {};
  const events: StepEvent[] = [];

  const service = secretsManager({
    account: { accountId: '123456789012', partition: 'aws', region: 'us-east-1', now: () => clock.now },
    faults,
    automaticRetries: options.automaticRetries ?? 0,
    retryDelayMs: 1,
    functions: {
      find: (nameOrArn) => (nameOrArn === FUNCTION_ARN ? FUNCTION_ARN : undefined),
      async invoke(_arn, event): Promise<InvokeOutcome> {
        const step = event as unknown as StepEvent;
        events.push(step);
        try {
          await (steps[step.Step] ?? goodSteps[step.Step])?.(step);
          return { ok: true, payload: null };
        } catch (error) {
          return { ok: false, error: { errorType: 'Error', errorMessage: String(error) } };
        }
      },
    },
  });

  /** As an SDK does, sends a fresh token where the caller gives none. */
  const call = (operation: string, input: Record<string, unknown> = {}, region = 'us-east-1'): Promise<Answer> =>
    service.call(operation, NEEDS_TOKEN.has(operation) ? { ClientRequestToken: randomUUID(), ...input } : input, {
      region,
    });

  const goodSteps: Steps = {
    async createSecret({ SecretId, ClientRequestToken }) {
      const pending = { SecretId, VersionId: ClientRequestToken, VersionStage: 'AWSPENDING' };
      const made = await call('GetSecretValue', pending).catch(() => undefined);
      if (made) return;
      const value = `value of ${ClientRequestToken}`;
      await call('PutSecretValue', {
        SecretId,
        ClientRequestToken,
        SecretString: value,
        VersionStages: ['AWSPENDING'],
      });
    },
    finishSecret: ({ SecretId, ClientRequestToken }) => promote(SecretId, ClientRequestToken),
  };

  async function promote(SecretId: string, token: string): Promise<void> {
    const from = (await call('GetSecretValue', { SecretId })).VersionId;
    if (from === token) return;
    await call('UpdateSecretVersionStage', {
      SecretId,
      VersionStage: 'AWSCURRENT',
      MoveToVersionId: token,
      RemoveFromVersionId: from,
    });
  }

  return {
    service,
    clock,
    faults,
    steps,
    events,
    call,
    promote,
    /** The code and the text of the error that a call ends with. */
    refusal: async (operation: string, input: Record<string, unknown> = {}, region?: string): Promise<string> => {
      const error = await call(operation, input, region).then(
        () => new Error('was not refused'),
        (error) => error,
      );
      return `${error.code}: ${error.message}`;
    },
    /** Labels by version id, deprecated versions included. */
    labels: async (SecretId: string): Promise<Record<string, string[]>> => {
      const { Versions } = await call('ListSecretVersionIds', { SecretId, IncludeDeprecated: true });
      return Object.fromEntries(Versions.map((version: Answer) => [version.VersionId, version.VersionStages ?? []]));
    },
    rotate: (SecretId: string, input: Record<string, unknown> = {}) =>
      call('RotateSecret', {
        SecretId,
        RotationLambdaARN: FUNCTION_ARN,
        RotationRules: { AutomaticallyAfterDays: 30 },
        ...input,
      }),
    happened: () => service.history.map(({ event, step }) => (event === 'StepCalled' ? step : event)),
  };
}

/** A version id for a letter. */
export function id(letter: string): string {
  return `${letter.repeat(8)}-0000-4000-8000-000000000000`;
}

/** The same, with the secret `a` and its first version A. */
export async function withSecret(options: Parameters<typeof sandbox>[0] = {}) {
  const account = sandbox(options);
  const { ARN } = await account.call('CreateSecret', { Name: 'a', ClientRequestToken: id('A'), SecretString: 'one' });
  return { ...account, ARN: ARN as string };
}

export function fail(): never {
  throw new Error('the server is away');
}
