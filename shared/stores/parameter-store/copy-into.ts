/** Puts a value into a parameter that is there, and leaves the rest of it as it is. */
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { clientOf } from '../../aws/clients.ts';
import { nameOf } from '../../aws/service-error.ts';
import { InvalidSecretError } from '../../rotation/errors.ts';
import { parameterCalls } from './calls.ts';
import { noSuchParameter, notSecure, parameterError } from './errors.ts';
import type { ParameterPlace } from './names.ts';
import { isPlaceOf, parsePlace } from './names.ts';
import { publish } from './publish.ts';
import { makeRoom } from './readers-labels.ts';

/** Gives whether there was something to write. Throws InvalidSecretError when there is no such SecureString here. */
export async function copyInto(
  nameOrArn: string,
  value: string,
  signal: AbortSignal,
  client: SSMClient = clientOf(SSMClient),
): Promise<boolean> {
  const { name, current } = await readSecure(nameOrArn, signal, client);
  if (current === value) return false;
  const calls = parameterCalls(client, signal);
  const versions = await calls.history(name);
  await makeRoom(name, versions, calls);
  await publish({ name, value, versions }, calls);
  return true;
}

/**
 * Throws what `copyInto` would throw for any value, and writes nothing: without Overwrite the service refuses to write what is
 * there, and before that it asks whether the role may write at all.
 */
export async function requireWritable(
  nameOrArn: string,
  signal: AbortSignal,
  client: SSMClient = clientOf(SSMClient),
): Promise<void> {
  const { name, current } = await readSecure(nameOrArn, signal, client);
  const calls = parameterCalls(client, signal);
  const { KeyId } = (await calls.history(name)).at(-1) ?? {};
  await calls.put({ Name: name, Value: current, Type: 'SecureString', ...(KeyId && { KeyId }) });
}

async function readSecure(nameOrArn: string, signal: AbortSignal, client: SSMClient) {
  const place = parsePlace(nameOrArn);
  if (typeof place === 'string') throw notHere(`its tag ${place}`);
  const { type, value = '' } = await read(client, place, signal);
  if (type !== 'SecureString') throw notSecure(place.name, type);
  return { name: place.name, current: value };
}

async function read(client: SSMClient, place: ParameterPlace, signal: AbortSignal) {
  const { name } = place;
  const command = new GetParameterCommand({ Name: name, WithDecryption: true });
  try {
    const { Parameter } = await client.send(command, { abortSignal: signal });
    // A parameter of that name may well be here, too, and is not the one that is meant.
    if (!isPlaceOf(place, Parameter?.ARN)) throw notHere(`the ARN of ${name} is of another account or region`);
    return { type: Parameter?.Type ?? 'String', value: Parameter?.Value };
  } catch (error) {
    if (nameOf(error) === 'ParameterNotFound') throw noSuchParameter(name, error);
    throw parameterError(error, 'GetParameter', name);
  }
}

function notHere(fact: string): InvalidSecretError {
  return new InvalidSecretError(fact, {
    hint: 'name a SecureString in the account and region of the function, outside of /rekey/',
  });
}
