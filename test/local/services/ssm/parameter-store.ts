import { secretsManager } from '../../../../local/services/secrets-manager/service.ts';
import { ssm } from '../../../../local/services/ssm/service.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into, never trusted.
type Answer = any;

const region = 'us-east-1';

/** Parameter Store with a clock to move, faults to set, a Secrets Manager beside it, and a function that hears of policies. */
export function parameterStore(options: { at?: string } = {}) {
  const clock = { now: Date.parse(options.at ?? '2025-03-10T04:04:59.250Z') };
  const account = { accountId: '123456789012', partition: 'aws', region, now: () => clock.now } as const;
  const faults = { staleReads: 0, deliverTwice: () => false };
  const heard: Answer[] = [];
  const functions = {
    find: () => undefined,
    invoke: async (name: string, event: Record<string, unknown>) => {
      heard.push({ name, event });
      return { ok: true as const, payload: null };
    },
  };
  const secrets = secretsManager({ account, faults, functions });
  const service = ssm({ account, faults, functions, secretsManager: secrets });
  const call = (operation: string, input: Record<string, unknown> = {}): Promise<Answer> =>
    service.call(operation, input, { region });

  return {
    service,
    clock,
    faults,
    heard,
    call,
    secrets: (operation: string, input: Record<string, unknown>): Promise<Answer> =>
      secrets.call(operation, input, { region }),
    put: (Name: string, input: Record<string, unknown> = {}) =>
      call('PutParameter', { Name, Value: 'one', Type: 'String', ...input }),
    overwrite: (Name: string, Value: string, input: Record<string, unknown> = {}) =>
      call('PutParameter', { Name, Value, Overwrite: true, ...input }),
    value: async (Name: string) => (await call('GetParameter', { Name, WithDecryption: true })).Parameter.Value,
    /** Labels by version. */
    labels: async (Name: string): Promise<Record<string, string[]>> => {
      const { Parameters } = await call('GetParameterHistory', { Name });
      return Object.fromEntries(Parameters.map((version: Answer) => [version.Version, version.Labels]));
    },
    describe: async (Name: string) => {
      const filter = { Key: 'Name', Values: [Name] };
      return (await call('DescribeParameters', { ParameterFilters: [filter] })).Parameters[0];
    },
    /** The code and the text of the error that a call ends with. */
    refusal: async (operation: string, input: Record<string, unknown> = {}): Promise<string> => {
      const error = await call(operation, input).then(
        () => new Error('was not refused'),
        (error) => error,
      );
      return `${error.code}: ${error.message}`;
    },
  };
}
