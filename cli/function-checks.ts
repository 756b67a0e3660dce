/** Is the function there, may Secrets Manager call it, and may it do what a rotation does? */
import type { GetFunctionConfigurationCommandOutput } from '@aws-sdk/client-lambda';
import { PermissionError } from '../shared/rotation/errors.ts';
import type { Account } from './account.ts';
import { type Check, failed, fails, seen } from './check.ts';
import { deniedActions, functionOf, invokersOf } from './rights.ts';

export async function* functionChecks(account: Account, functionName: string, arn: string): AsyncGenerator<Check> {
  const found = await seen('function', () => functionOf(account, functionName));
  if ('result' in found) return yield found;
  const { value: configuration } = found;
  yield functionCheck(account, functionName, configuration);
  if (configuration === undefined) return;
  yield await callerCheck(account, functionName, arn);
  yield await roleCheck(account, configuration, arn);
}

function functionCheck(
  { region }: Account,
  name: string,
  found: GetFunctionConfigurationCommandOutput | undefined,
): Check {
  if (found === undefined) {
    const hint = 'deploy it, or name another one with --function; or another --region';
    return fails('function', `${name} is not in ${region}`, hint);
  }
  const { State = 'Active', Timeout = 0 } = found;
  if (State !== 'Active' && State !== 'Inactive') {
    const hint = `aws lambda get-function-configuration --function-name ${name}`;
    return fails('function', `${name} is ${State}`, hint);
  }
  if (Timeout < 30) {
    const hint = `aws lambda update-function-configuration --function-name ${name} --timeout 30`;
    return fails('function', `${name} has ${Timeout} s`, hint);
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
