/** What can be seen of a secret's rotation from here. Nothing is changed. What only the function can see is said to be unseen. */
import type { DescribeSecretCommandOutput } from '@aws-sdk/client-secrets-manager';
import { databaseSecretSchema } from '../shared/databases/secret.ts';
import { InvalidSecretError } from '../shared/rotation/errors.ts';
import { parseObject } from '../shared/rotation/json.ts';
import { endOf } from '../shared/rotation/window.ts';
import type { Account } from './account.ts';
import { type Check, failed, fails, seen, unseen } from './check.ts';
import { factsOf, systemOf } from './condition.ts';
import { functionChecks } from './function-checks.ts';
import { refusalOf } from './refusal.ts';
import { currentValue, describeSecret } from './service.ts';

/** All of them, in their order. */
export async function collected(checks: AsyncIterable<Check>): Promise<Check[]> {
  const all: Check[] = [];
  for await (const check of checks) all.push(check);
  return all;
}

/** Those that a rotation needs and that cost no value: what `rekey enable` looks at before it attaches a function. */
export async function* quickChecks(
  account: Account,
  described: DescribeSecretCommandOutput,
  functionName: string | undefined,
): AsyncGenerator<Check> {
  const { name, arn } = factsOf(described);
  const refusal = await refusalOf(account, described);
  if (refusal !== undefined) return yield failed('secret', refusal);
  yield { name: 'secret', result: 'ok', text: 'is there, and no rotation of it is unfinished' };
  if (functionName === undefined) {
    return yield fails('function', 'none is attached', `rekey enable ${name} --function NAME --every 30d`);
  }
  yield* functionChecks(account, functionName, arn);
}

/** With the value: its fields, and the superuser secret that it names. */
export async function* valueChecks(
  account: Account,
  described: DescribeSecretCommandOutput,
  functionName: string,
): AsyncGenerator<Check> {
  const { arn, name } = factsOf(described);
  const { strategy } = systemOf(functionName);
  const read = await seen('value', () => currentValue(account, arn));
  if ('result' in read) return yield read;
  if (described.Tags?.some(({ Key }) => Key === 'rekey:fields')) {
    return yield {
      name: 'value',
      result: 'unseen',
      text: 'has field names of its own: the configuration check looks at them',
    };
  }
  // Keys and generated values have a shape for each provider, which its function knows.
  if (strategy === '') {
    return yield { name: 'value', result: 'unseen', text: 'the configuration check looks at it' };
  }
  try {
    const needsSuperuser = strategy === 'alternating-users' || strategy === 'superuser-set';
    const accepts = [String(parseObject(read.value)?.engine)];
    const { masterarn } = databaseSecretSchema({ accepts, needsSuperuser }).parse(read.value, `AWSCURRENT of ${name}`);
    yield { name: 'value', result: 'ok', text: 'is JSON and has the fields of a database' };
    if (needsSuperuser && masterarn !== undefined) yield await superuserCheck(account, masterarn);
  } catch (error) {
    if (!(error instanceof InvalidSecretError)) throw error;
    yield failed('value', error);
  }
}

export function scheduleCheck(described: DescribeSecretCommandOutput, now: number): Check {
  const { nextRotation, windowMs, rotates } = factsOf(described);
  if (!rotates) return { name: 'schedule', result: 'unseen', text: 'rotation is off' };
  if (nextRotation === undefined) {
    return fails('schedule', 'has none: it rotates by hand only', 'rekey enable … --every 30d');
  }
  const day = nextRotation.toISOString().slice(0, 10);
  if (endOf(nextRotation, windowMs, now) === undefined)
    return { name: 'schedule', result: 'ok', text: `next by ${day}` };
  const hint = 'rekey history tells what happened; rekey rotate rotates now';
  return fails('schedule', `overdue since ${day}`, hint);
}

/** Honest: host, TLS, login and rights at the server are seen by the function alone, from its place. */
export function loginCheck(name: string): Check {
  return {
    name: 'login',
    result: 'unseen',
    text: 'network, TLS, login and rights at the system: only the function sees them, and it was not asked',
    hint: `aws secretsmanager rotate-secret --secret-id '${name}' --no-rotate-immediately`,
  };
}

async function superuserCheck(account: Account, masterarn: string): Promise<Check> {
  try {
    const { DeletedDate } = await describeSecret(account, masterarn);
    if (DeletedDate === undefined) return { name: 'superuser', result: 'ok', text: 'its secret is there' };
    return failed(
      'superuser',
      new InvalidSecretError(`the superuser secret ${masterarn} is marked for deletion`, {
        code: 'SECRET_NOT_FOUND',
        hint: `aws secretsmanager restore-secret --secret-id '${masterarn}'`,
      }),
    );
  } catch (error) {
    if (error instanceof InvalidSecretError) return failed('superuser', error);
    return unseen('superuser', error);
  }
}
