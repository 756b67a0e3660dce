import { AwsError } from '../../../aws/aws-error.ts';
import { type Output, operation } from '../../../aws/operation.ts';
import { page } from '../../../aws/page.ts';
import { present } from '../../../aws/present.ts';
import type { CallContext } from '../../../aws/service.ts';
import { flag, listOf, oneOf, options, structure, text, whole } from '../../../aws/shapes.ts';
import { errors } from '../errors.ts';
import { checkFilters, type Filter, matchesFilters } from '../filters.ts';
import * as member from '../members.ts';
import { checkPath, isUnder, readReference } from '../names.ts';
import { latest, type Parameter, select } from '../parameter.ts';
import { isSecretReference, readSecretReference } from '../secret-reference.ts';
import { described, shownParameter, shownVersion } from '../views.ts';
import type { ParameterOperations, World } from '../world.ts';

export const readingOperations: ParameterOperations = {
  GetParameter: operation(
    structure({ Name: member.name }, { WithDecryption: flag }),
    async (given, world, context) => ({ Parameter: await read(given.Name, given.WithDecryption, world, context) }),
  ),

  GetParameters: operation(
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
  ),

  GetParametersByPath: operation(
    structure(
      { Path: member.name },
      {
        Recursive: flag,
        ParameterFilters: member.filters,
        WithDecryption: flag,
        MaxResults: whole({ min: 1, max: 10 }),
        NextToken: member.nextToken,
      },
    ),
    (given, world) => {
      checkPath(given.Path);
      const filters = given.ParameterFilters ?? [];
      checkFilters(filters, ['Type', 'KeyId', 'Label'], false);
      const found = world.parameters
        .readAll()
        .filter(({ name }) => isUnder(given.Path, name, given.Recursive ?? false))
        .filter((parameter) => matchesFilters(parameter, filters));
      const { items, NextToken } = page(found, given.MaxResults ?? 10, given.NextToken, errors.invalidToken);
      const shown = items.map((parameter) =>
        shownParameter(chosenVersion(parameter, filters), { name: parameter.name }, given.WithDecryption, world),
      );
      return present({ Parameters: shown, NextToken });
    },
  ),

  GetParameterHistory: operation(
    structure(
      { Name: member.name },
      { WithDecryption: flag, MaxResults: member.maxResults, NextToken: member.nextToken },
    ),
    (given, world) => {
      const { name } = readReference(given.Name, world.account);
      const { versions } = world.parameters.read(name) ?? absent();
      const { items, NextToken } = page(versions, given.MaxResults ?? 50, given.NextToken, errors.invalidToken);
      const shown = items.map((version) => shownVersion(version, name, given.WithDecryption, world));
      return present({ Parameters: shown, NextToken });
    },
  ),

  DescribeParameters: operation(
    options({
      /** The older, smaller kind of filter. */
      Filters: listOf(
        structure({
          Key: oneOf(['Name', 'Type', 'KeyId']),
          Values: listOf(text({ min: 1, max: 1024 }), { min: 1 }),
        }),
      ),
      ParameterFilters: member.filters,
      MaxResults: member.maxResults,
      NextToken: member.nextToken,
      Shared: flag,
    }),
    (given, { parameters }) => {
      if (given.Filters?.length && given.ParameterFilters?.length) {
        throw errors.validation('You can use either Filters or ParameterFilters in a single request.');
      }
      const filters = given.ParameterFilters ?? given.Filters ?? [];
      checkFilters(filters, ['Path', 'Name', 'Type', 'KeyId', 'Tier', 'DataType'], true);
      // Nobody shares anything with this account.
      const all = given.Shared ? [] : parameters.readAll();
      const found = all.filter((parameter) => matchesFilters(parameter, filters));
      const { items, NextToken } = page(found, given.MaxResults ?? 50, given.NextToken, errors.invalidToken);
      const shown = items.map((parameter) => described(parameter, latest(parameter)));
      return present({ Parameters: shown, NextToken });
    },
  ),
};

async function read(name: string, decrypt: boolean | undefined, world: World, context: CallContext): Promise<Output> {
  if (isSecretReference(name)) return readSecretReference(name, decrypt, world, context);
  const asked = readReference(name, world.account);
  const parameter = world.parameters.read(asked.name) ?? absent();
  const version = asked.selector === undefined ? latest(parameter) : select(parameter, asked.selector);
  if (!version) throw errors.versionNotFound(asked.name, asked.selector ?? '');
  return shownParameter(version, asked, decrypt, world);
}

function absent(): never {
  throw errors.notFound();
}

function unlessAbsent(error: unknown): undefined {
  if (error instanceof AwsError && /^Parameter(Version)?NotFound$/.test(error.code)) return undefined;
  throw error;
}

/** A filter by label shows the version with that label. */
function chosenVersion(parameter: Parameter, filters: readonly Filter[]) {
  const labels = filters.find(({ Key }) => Key === 'Label')?.Values ?? [];
  return labels.map((label) => select(parameter, label)).find((version) => version) ?? latest(parameter);
}
