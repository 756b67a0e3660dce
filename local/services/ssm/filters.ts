import { AwsError } from '../../aws/aws-error.ts';
import { checkPath, isUnder, keyOf } from './names.ts';
import { latest, PARAMETER_TYPES, type Parameter, TIERS } from './parameter.ts';

export interface Filter {
  readonly Key: string;
  readonly Option?: string;
  readonly Values?: readonly string[];
}

/** What of a parameter a filter compares; several where it has several. */
const members: Readonly<Record<string, (parameter: Parameter) => readonly string[]>> = {
  Name: ({ name }) => [name, keyOf(name), `/${keyOf(name)}`],
  Type: (parameter) => [latest(parameter).type],
  KeyId: (parameter) => present(latest(parameter).keyId),
  Tier: (parameter) => [latest(parameter).tier],
  DataType: (parameter) => [latest(parameter).dataType],
  Label: ({ versions }) => versions.flatMap(({ labels }) => labels),
};
const allowedValues: Readonly<Record<string, readonly string[]>> = { Type: PARAMETER_TYPES, Tier: TIERS };

/** Several values of one filter are or-ed, several filters and-ed. */
export function matchesFilters(parameter: Parameter, filters: readonly Filter[]): boolean {
  return filters.every((filter) => matches(parameter, filter));
}

function matches(parameter: Parameter, { Key, Option, Values = [] }: Filter): boolean {
  if (Key === 'Path') return Values.some((path) => isUnder(path, parameter.name, Option === 'Recursive'));
  const tag = /^tag:(.+)$/.exec(Key)?.[1];
  const texts =
    tag === undefined
      ? (members[Key]?.(parameter) ?? [])
      : parameter.tags.filter((one) => one.Key === tag).map((one) => one.Value);
  if (Values.length === 0) return texts.length > 0;
  return Values.some((value) => texts.some((text) => compare(Option, text, value)));
}

function compare(option: string | undefined, text: string, value: string): boolean {
  if (option === 'BeginsWith') return text.startsWith(value);
  return option === 'Contains' ? text.includes(value) : text === value;
}

/** Refuses what the service refuses. `keys` are those that this operation knows, besides `tag:`. */
export function checkFilters(filters: readonly Filter[], keys: readonly string[], allowsTags: boolean): void {
  const seen = new Set<string>();
  for (const filter of filters) {
    const { Key, Values = [] } = filter;
    const isTag = Key.startsWith('tag:');
    if (isTag ? !allowsTags : !keys.includes(Key)) {
      throw invalid(
        'Key',
        `The following filter key is not valid: ${Key}. Valid filter keys include: [${keys.join(', ')}].`,
      );
    }
    if (seen.has(Key)) {
      throw invalid(
        'Key',
        `The following filter is duplicated in the request: ${Key}. A request can contain only one occurrence of a specific filter.`,
      );
    }
    seen.add(Key);
    checkOption(filter);
    if (!isTag && Values.length === 0) {
      throw invalid('Value', `The following filter values are missing : null for filter key ${Key}.`);
    }
    if (Key === 'Path') Values.forEach(checkPath);
    const known = allowedValues[Key];
    const unknown = Values.find((value) => known && !known.includes(value));
    if (unknown !== undefined) {
      throw invalid(
        'Option',
        `The following filter value is not valid: ${unknown}. Valid values include: [${known?.join(', ')}].`,
      );
    }
  }
}

function checkOption({ Key, Option }: Filter): void {
  const options =
    Key === 'Path'
      ? ['Recursive', 'OneLevel']
      : Key === 'Name'
        ? ['BeginsWith', 'Equals', 'Contains']
        : ['BeginsWith', 'Equals'];
  if (Option === undefined || options.includes(Option)) return;
  throw invalid(
    'Option',
    `The following filter option is not valid: ${Option}. Valid options include: [${options.join(', ')}].`,
  );
}

const present = (text: string | undefined) => (text === undefined ? [] : [text]);
const invalid = (what: 'Key' | 'Option' | 'Value', message: string) => new AwsError(`InvalidFilter${what}`, message);
