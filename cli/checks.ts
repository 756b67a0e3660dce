/** What can be seen of a secret's rotation from here. Nothing is changed. What only the function can see is said to be unseen. */
import type { GetFunctionConfigurationCommandOutput } from '@aws-sdk/client-lambda';
import type { DescribeSecretCommandOutput } from '@aws-sdk/client-secrets-manager';
import { databaseSecretSchema } from '../shared/databases/secret.ts';
import { type ErrorCode, InvalidSecretError, PermissionError, RotationError } from '../shared/rotation/errors.ts';
import { parseObject } from '../shared/rotation/json.ts';
import type { Account } from './account.ts';
import { factsOf, systemOf } from './condition.ts';
import { RefusedError } from './failure.ts';
import { refusalOf } from './refusal.ts';
import { deniedActions, invokersOf } from './rights.ts';
import { currentValue, describeSecret, functionOf } from './service.ts';

export interface Check {
  readonly name: 'secret' | 'function' | 'caller' | 'role' | 'value' | 'superuser' | 'schedule' | 'login';
  readonly result: 'ok' | 'fails' | 'unseen';
  readonly text: string;
  readonly code?: ErrorCode;
  readonly hint?: string;
}

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
    return yield failed(
      'function',
      new RefusedError('none is attached', `rekey enable ${name} --function NAME --every 30d`),
    );
  }
  const found = await seen('function', () => functionOf(account, functionName));
  if ('result' in found) return yield found;
  const { value: configuration } = found;
  yield functionCheck(account, functionName, configuration);
  if (configuration === undefined) return;
  yield await callerCheck(account, functionName, arn);
  yield await roleCheck(account, configuration, arn);
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
    return {
      name: 'schedule',
      result: 'fails',
      text: 'has none: it rotates by hand only',
      hint: 'rekey enable … --every 30d',
    };
  }
  const day = nextRotation.toISOString().slice(0, 10);
  if (nextRotation.getTime() + windowMs >= now) return { name: 'schedule', result: 'ok', text: `next by ${day}` };
  return {
    name: 'schedule',
    result: 'fails',
    text: `overdue since ${day}`,
    hint: 'rekey history tells what happened; rekey rotate rotates now',
  };
}

/** Honest: host, TLS, login and rights at the server are seen by the function alone, from its place. */
export function loginCheck(name: string): Check {
  return {
    name: 'login',
    result: 'unseen',
    text: 'network, TLS, login and rights at the system: only the function sees them, in a configuration check',
    hint: `aws secretsmanager rotate-secret --secret-id '${name}' --no-rotate-immediately`,
  };
}

function functionCheck(
  { region }: Account,
  name: string,
  found: GetFunctionConfigurationCommandOutput | undefined,
): Check {
  if (found === undefined) {
    return failed(
      'function',
      new RefusedError(
        `${name} is not in ${region}`,
        'deploy it, or name another one with --function; or another --region',
      ),
    );
  }
  const { State = 'Active', Timeout = 0 } = found;
  if (State !== 'Active' && State !== 'Inactive') {
    return failed(
      'function',
      new RefusedError(`${name} is ${State}`, `aws lambda get-function-configuration --function-name ${name}`),
    );
  }
  if (Timeout < 30) {
    return failed(
      'function',
      new RefusedError(
        `${name} has ${Timeout} s`,
        `aws lambda update-function-configuration --function-name ${name} --timeout 30`,
      ),
    );
  }
  return { name: 'function', result: 'ok', text: `${name} is there, with ${Timeout} s` };
}

async function callerCheck(account: Account, functionName: string, arn: string): Promise<Check> {
  const [, , , , accountId = ''] = arn.split(':');
  const found = await seen('caller', () => invokersOf(account, functionName));
  if ('result' in found) return found;
  const allowing = found.value.filter(({ service }) => service === 'secretsmanager.amazonaws.com');
  if (allowing.some(({ sourceAccount }) => sourceAccount === accountId)) {
    return { name: 'caller', result: 'ok', text: 'Secrets Manager of this account, and of no other, may call it' };
  }
  if (allowing.some(({ sourceAccount }) => sourceAccount === undefined)) {
    return {
      name: 'caller',
      result: 'ok',
      text: 'Secrets Manager may call it, of any account: say SourceAccount in its policy',
    };
  }
  return failed(
    'caller',
    new PermissionError('Secrets Manager may not call it', {
      code: 'ACCESS_DENIED',
      hint:
        `aws lambda add-permission --function-name ${functionName} --statement-id rotation --action lambda:InvokeFunction ` +
        `--principal secretsmanager.amazonaws.com --source-account ${accountId}`,
    }),
  );
}

async function roleCheck(
  account: Account,
  { Role = '', FunctionArn = '' }: GetFunctionConfigurationCommandOutput,
  arn: string,
): Promise<Check> {
  const found = await seen('role', () =>
    deniedActions(account, { role: Role, functionArn: FunctionArn, secretArn: arn }),
  );
  if ('result' in found) return found;
  const { value: denied } = found;
  if (denied.length === 0)
    return { name: 'role', result: 'ok', text: 'may do what a rotation does with the secret (simulated)' };
  return failed(
    'role',
    new PermissionError(`${Role.split('/').at(-1)} may not ${denied.join(', ')}`, {
      code: 'ACCESS_DENIED',
      hint: `add to it ${JSON.stringify({ Effect: 'Allow', Action: denied, Resource: arn })}`,
    }),
  );
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

function failed(name: Check['name'], error: RotationError | RefusedError): Check {
  const { hint } = error;
  if (error instanceof RefusedError) return { name, result: 'fails', text: error.message, hint };
  return { name, result: 'fails', text: error.fact, code: error.code, hint };
}

/** Whoever may not look, or asks a service that is not there, has not found a mistake of the secret. */
function unseen(name: Check['name'], error: unknown): Check {
  if (!(error instanceof RotationError)) throw error;
  return { name, result: 'unseen', text: error.fact, hint: error.hint };
}

async function seen<T>(name: Check['name'], ask: () => Promise<T>): Promise<{ value: T } | Check> {
  try {
    return { value: await ask() };
  } catch (error) {
    return unseen(name, error);
  }
}
