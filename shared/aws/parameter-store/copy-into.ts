/** Puts a value into a parameter that is there, and leaves the rest of it as it is. */
import type { SSMClient } from '@aws-sdk/client-ssm';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { nameOf } from '../service-error.ts';
import { parameterCalls, ssmClient } from './calls.ts';
import { noSuchParameter, notSecure, parameterError } from './errors.ts';
import { parameterName } from './names.ts';
import { makeRoom } from './readers-labels.ts';

/** Gives whether there was something to write. Throws InvalidSecretError when there is no such SecureString. */
export async function copyInto(
  nameOrArn: string,
  value: string,
  signal: AbortSignal,
  client: SSMClient = ssmClient(),
): Promise<boolean> {
  const name = parameterName(nameOrArn);
  const calls = parameterCalls(client, signal);
  const current = await read(client, name, signal);
  if (current.type !== 'SecureString') throw notSecure(name, current.type);
  if (current.value === value) return false;
  await makeRoom(name, await calls.history(name), calls);
  await calls.put({ Name: name, Value: value, Overwrite: true });
  return true;
}

async function read(client: SSMClient, name: string, signal: AbortSignal) {
  const command = new GetParameterCommand({ Name: name, WithDecryption: true });
  try {
    const { Parameter } = await client.send(command, { abortSignal: signal });
    return { type: Parameter?.Type ?? 'String', value: Parameter?.Value };
  } catch (error) {
    if (nameOf(error) === 'ParameterNotFound') throw noSuchParameter(name, error);
    throw parameterError(error, 'GetParameter', name);
  }
}
