/** The one place that writes a parameter which people and applications read: another value, and everything else as it was. */
import type { ParameterHistory } from '@aws-sdk/client-ssm';
import { nameOf } from '../../aws/service-error.ts';
import { InvalidSecretError, RotationError } from '../../rotation/errors.ts';
import type { ParameterCalls } from './calls.ts';
import { policiesSetAgain } from './policies.ts';
import { makeRoom } from './readers-labels.ts';

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html */
const LONGEST = { standard: 4096, advanced: 8192 } as const;

export interface Publication {
  readonly name: string;
  readonly value: string;
  /** All versions of the parameter, oldest first. What the newest has besides its value is set again. */
  readonly versions: readonly ParameterHistory[];
  log?(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** Gives the number of the new version. */
export async function publish({ name, value, versions, log }: Publication, calls: ParameterCalls): Promise<number> {
  const { KeyId, Tier, DataType, Description, AllowedPattern, Policies = [], LastModifiedDate } = versions.at(-1) ?? {};
  const policies = policiesSetAgain(Policies, LastModifiedDate?.getTime() ?? 0, Date.now());
  if (policies === undefined && Policies.length > 0)
    log?.('the policies cannot be read, and stay as they are', { name });
  const write = async () =>
    (await calls.put({
      Name: name,
      Value: value,
      Type: 'SecureString',
      Overwrite: true,
      ...(KeyId && { KeyId }),
      ...(Tier && { Tier }),
      ...(DataType && { DataType }),
      ...(Description && { Description }),
      ...(AllowedPattern && { AllowedPattern }),
      ...(policies && { Policies: policies }),
    })) ?? 0;
  try {
    return await write();
  } catch (error) {
    const isFull = error instanceof RotationError && nameOf(error.cause) === 'ParameterMaxVersionLimitExceeded';
    if (!isFull || !(await makeRoom(name, versions, calls))) throw error;
    return write();
  }
}

/**
 * Throws InvalidSecretError for a value that the parameter would refuse: asked while nothing outside has changed. What cannot be
 * told from here passes, and is for the service to say.
 */
export function requireRoomFor(value: string, { name, versions }: Pick<Publication, 'name' | 'versions'>): void {
  const { Tier, AllowedPattern } = versions.at(-1) ?? {};
  const longest = Tier === 'Standard' ? LONGEST.standard : LONGEST.advanced;
  if (value.length > longest) {
    throw new InvalidSecretError(`the new value is longer than the ${longest} characters of parameter ${name}`, {
      hint: 'shorten it, or make a Standard parameter Advanced with put-parameter --overwrite --tier Advanced',
    });
  }
  if (AllowedPattern && !mayMatch(AllowedPattern, value)) {
    throw new InvalidSecretError(`the new value does not match the AllowedPattern of parameter ${name}`, {
      hint: 'put an AllowedPattern on it that every value of its kind matches',
    });
  }
}

/** The service's patterns are Java's. With `u`, most of what means something else there is no pattern here. */
function mayMatch(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, 'su').test(value);
  } catch {
    return true;
  }
}
