/** What the buttons of the page do. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AwsError } from '../aws/aws-error.ts';
import type { FaultRule } from '../aws/faults.ts';
import { regionOf } from '../aws/service.ts';
import type { Sandbox } from '../sandbox.ts';
import { storedIn } from './stored.ts';

export interface Acts {
  readonly sandbox: Sandbox;
  /** The value for a secret, or a parameter, that has none yet; undefined without a database. */
  readonly newValue: (kind: 'secret' | 'parameter') => Promise<string | undefined>;
}

const NO_DATABASE = 'There is no database to make a secret for.';
/** What the page makes, for a person to begin with. */
export const made = { secret: 'app', parameter: '/reports/database' } as const;

/** What may be made to go wrong, once. */
const faults = {
  'lose the answer of the promotion': { operation: 'UpdateSecretVersionStage', action: 'cut', when: 'after' },
  'kill the function before the promotion': { operation: 'UpdateSecretVersionStage', action: 'kill', when: 'before' },
  'hang at the promotion': { operation: 'UpdateSecretVersionStage', action: 'hang', when: 'before' },
  'lose the answer of PutSecretValue': { operation: 'PutSecretValue', action: 'cut', when: 'after' },
  'throttle GetSecretValue': { operation: 'GetSecretValue', action: 'throttle', times: 9 },
} as const satisfies Readonly<Record<string, FaultRule>>;

export const breakable = Object.keys(faults);

const secret = z.string().min(1).max(2048);
const body = z.discriminatedUnion('act', [
  z.strictObject({ act: z.literal('make'), function: z.string() }),
  z.strictObject({ act: z.literal('make-parameter') }),
  z.strictObject({ act: z.literal('rotate-parameter'), secret, function: z.string() }),
  z.strictObject({ act: z.literal('attach'), secret, function: z.string() }),
  z.strictObject({ act: z.literal('rotate'), secret }),
  z.strictObject({ act: z.literal('retry'), secret }),
  z.strictObject({ act: z.literal('abandon'), secret }),
  z.strictObject({ act: z.literal('break'), fault: z.enum(breakable as [keyof typeof faults]) }),
  z.strictObject({ act: z.literal('mend') }),
  z.strictObject({ act: z.literal('reset') }),
]);

/** Gives the problem, in words for people, if there was one. */
export async function act(
  given: unknown,
  { sandbox, newValue, forget }: Acts & { forget(): void },
): Promise<string | undefined> {
  const parsed = body.safeParse(given);
  if (!parsed.success) return z.prettifyError(parsed.error);
  const wanted = parsed.data;
  const { secretsManager, functions } = sandbox;
  const region = (arn: string) => ({ region: arn.split(':')[3] ?? sandbox.account.region });
  const call = (operation: string, arn: string, input: object = {}) =>
    secretsManager.call(operation, { SecretId: arn, ClientRequestToken: randomUUID(), ...input }, region(arn));
  const attach = (arn: string, name: string) =>
    call('RotateSecret', arn, {
      RotationLambdaARN: functions.find(name),
      RotationRules: { AutomaticallyAfterDays: 30 },
      RotateImmediately: false,
    });
  try {
    if (wanted.act === 'make') {
      const SecretString = await newValue('secret');
      if (SecretString === undefined) return NO_DATABASE;
      const input = { Name: made.secret, SecretString, ClientRequestToken: randomUUID() };
      const created = await secretsManager.call('CreateSecret', input, { region: sandbox.account.region });
      await attach(String(created?.ARN), wanted.function);
    } else if (wanted.act === 'make-parameter') {
      const Value = await newValue('parameter');
      if (Value === undefined) return NO_DATABASE;
      const input = { Name: made.parameter, Value, Type: 'SecureString' };
      await sandbox.ssm.call('PutParameter', input, { region: sandbox.account.region });
    } else if (wanted.act === 'rotate-parameter') {
      const one = storedIn(sandbox).find(({ arn }) => arn === wanted.secret);
      if (one === undefined) return 'There is no such parameter.';
      // The token of a rotation that has failed goes on with that one.
      const event = { Parameter: one.name, Token: one.open ?? randomUUID() };
      const outcome = await functions.invoke(wanted.function, event, regionOf(one.arn));
      // What a function says of its failure is in the message.
      if (!outcome.ok) return `${wanted.function} failed (${outcome.error.errorType}).`;
      const { Outcome = 'rotated' } = (outcome.payload ?? {}) as { Outcome?: string };
      if (Outcome !== 'rotated') return `${one.name}: ${Outcome}.`;
    } else if (wanted.act === 'attach') await attach(wanted.secret, wanted.function);
    else if (wanted.act === 'rotate') await call('RotateSecret', wanted.secret);
    else if (wanted.act === 'retry') await secretsManager.retryRotation(wanted.secret);
    else if (wanted.act === 'abandon') {
      const pending = secretsManager
        .secrets()
        .find(({ arn }) => arn === wanted.secret)
        ?.versions.find(({ labels }) => labels.includes('AWSPENDING'));
      if (pending === undefined) return 'No version has AWSPENDING.';
      const input = { SecretId: wanted.secret, VersionStage: 'AWSPENDING', RemoveFromVersionId: pending.id };
      await secretsManager.call('UpdateSecretVersionStage', input, region(wanted.secret));
    } else if (wanted.act === 'break') sandbox.faults.add(faults[wanted.fault]);
    else if (wanted.act === 'mend') sandbox.faults.clear();
    else {
      await sandbox.reset();
      forget();
    }
  } catch (error) {
    if (error instanceof AwsError) return error.message;
    throw error;
  }
  return undefined;
}
