/** The function, who may call it, and what its role may do, as far as AWS tells. */

import { SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import {
  GetFunctionConfigurationCommand,
  type GetFunctionConfigurationCommandOutput,
  GetPolicyCommand,
} from '@aws-sdk/client-lambda';
import { parseObject } from '../shared/rotation/json.ts';
import type { Account } from './account.ts';
import { call, causeOf } from './call.ts';

/** Undefined: there is no such function in this region. */
export async function functionOf(
  account: Account,
  name: string,
): Promise<GetFunctionConfigurationCommandOutput | undefined> {
  const command = new GetFunctionConfigurationCommand({ FunctionName: name });
  try {
    return await call('lambda:GetFunctionConfiguration', name, account.patience, (abort) =>
      account.functions.send(command, abort),
    );
  } catch (error) {
    if (causeOf(error) === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

/** Is this the session of the function's own role? Of any other role, whoever assumes it chooses the name of the session. */
export async function isSessionOf(account: Account, functionName: string, user: string | undefined): Promise<boolean> {
  const { Role = '' } = (await functionOf(account, functionName)) ?? {};
  const [, partition, id, role] = /^arn:([^:]+):iam::(\d+):role\/(?:.+\/)?([^/]+)$/.exec(Role) ?? [];
  return role !== undefined && user === `arn:${partition}:sts::${id}:assumed-role/${role}/${functionName}`;
}

/** By its name, with or without `rekey-`, or its ARN. Undefined: there is none. */
export async function functionNamed(
  account: Account,
  given: string,
): Promise<{ readonly functionName: string; readonly functionArn: string } | undefined> {
  const name = given.split(':').at(-1) ?? given;
  for (const functionName of name.startsWith('rekey-') ? [name] : [name, `rekey-${name}`]) {
    const { FunctionArn } = (await functionOf(account, functionName)) ?? {};
    if (FunctionArn !== undefined) return { functionName, functionArn: FunctionArn };
  }
  return undefined;
}

export interface Invoker {
  readonly service: string;
  /** Undefined: any account's. */
  readonly sourceAccount: string | undefined;
}

/** The services that the function's own policy lets in. */
export async function invokersOf(account: Account, functionName: string): Promise<readonly Invoker[]> {
  const command = new GetPolicyCommand({ FunctionName: functionName });
  try {
    const { Policy = '' } = await call('lambda:GetPolicy', functionName, account.patience, (abort) =>
      account.functions.send(command, abort),
    );
    const { Statement = [] } = (parseObject(Policy) ?? {}) as { Statement?: Statement | readonly Statement[] };
    return [Statement].flat().flatMap(invokerOf);
  } catch (error) {
    if (causeOf(error) === 'ResourceNotFoundException') return [];
    throw error;
  }
}

interface Statement {
  readonly Effect?: string;
  readonly Principal?: { readonly Service?: string };
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

function invokerOf({ Effect, Principal, Condition = {} }: Statement): Invoker[] {
  if (Effect !== 'Allow' || Principal?.Service === undefined) return [];
  const conditions = Object.values(Condition).flatMap((one) => Object.entries(one));
  const sourceAccount = conditions.find(([key]) => key.toLowerCase() === 'aws:sourceaccount')?.[1];
  return [{ service: Principal.Service, sourceAccount }];
}

/** What every rotation does with its secret: docs/engines. ListSecretVersionIds is for the last rescue. */
const needed = [
  'DescribeSecret',
  'GetSecretValue',
  'PutSecretValue',
  'UpdateSecretVersionStage',
  'ListSecretVersionIds',
];

/** By IAM's own simulation of the role's policies; what the secret's own policy says is not in it. */
export async function deniedActions(
  account: Account,
  { role, functionArn, secretArn }: { role: string; functionArn: string; secretArn: string },
): Promise<string[]> {
  const command = new SimulatePrincipalPolicyCommand({
    PolicySourceArn: role,
    ActionNames: needed.map((action) => `secretsmanager:${action}`),
    ResourceArns: [secretArn],
    ContextEntries: [
      {
        ContextKeyName: 'secretsmanager:resource/AllowRotationLambdaArn',
        ContextKeyType: 'string',
        ContextKeyValues: [functionArn],
      },
    ],
  });
  const { EvaluationResults = [] } = await call('iam:SimulatePrincipalPolicy', role, account.patience, (abort) =>
    account.iam.send(command, abort),
  );
  return EvaluationResults.filter(({ EvalDecision }) => EvalDecision !== 'allowed').map(
    ({ EvalActionName = '' }) => EvalActionName,
  );
}
