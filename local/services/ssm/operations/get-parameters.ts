import { AwsError } from '../../../aws/aws-error.ts';
import type { CallContext } from '../../../aws/service.ts';
import { flag, structure } from '../../../aws/shapes.ts';
import { errors } from '../errors.ts';
import * as member from '../members.ts';
import { readReference } from '../names.ts';
import { latest, select } from '../parameter.ts';
import { isSecretReference, readSecretReference } from '../secret-reference.ts';
import { shownParameter } from '../views.ts';
import { type Operation, type Output, operation, type World } from '../world.ts';

export const getParameter: Operation = operation(
  structure({ Name: member.name }, { WithDecryption: flag }),
  async (given, world, context) => ({ Parameter: await read(given.Name, given.WithDecryption, world, context) }),
);

export const getParameters: Operation = operation(
  structure({ Names: member.names }, { WithDecryption: flag }),
  async ({ Names, WithDecryption }, world, context) => {
    const found: Output[] = [];
    const invalid: string[] = [];
    for (const name of new Set(Names)) {
      const parameter = await read(name, WithDecryption, world, context).catch(unlessAbsent);
      if (parameter) found.push(parameter);
      else invalid.push(name);
    }
    return { Parameters: found, InvalidParameters: invalid };
  },
);

async function read(name: string, decrypt: boolean | undefined, world: World, context: CallContext): Promise<Output> {
  if (isSecretReference(name)) return readSecretReference(name, decrypt, world, context);
  const asked = readReference(name);
  const parameter = world.parameters.read(asked.name);
  if (!parameter) throw errors.notFound();
  const version = asked.selector === undefined ? latest(parameter) : select(parameter, asked.selector);
  if (!version) throw errors.versionNotFound(asked.name, asked.selector ?? '');
  return shownParameter(version, asked, decrypt, world);
}

function unlessAbsent(error: unknown): undefined {
  if (error instanceof AwsError && /^Parameter(Version)?NotFound$/.test(error.code)) return undefined;
  throw error;
}
