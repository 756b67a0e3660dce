import { AwsError, validation } from './aws-error.ts';
import { isObject } from './json-text.ts';

/** Reads a value of the input: adds to `problems` what breaks the service's model, and gives the value its type. */
export type Shape<T> = (value: unknown, at: string, problems: string[]) => T;

type Shapes = Record<string, Shape<unknown>>;
type Members<S extends Shapes> = { [K in keyof S]: ReturnType<S[K]> };

/** The input in its type, or the service's ValidationException with every problem in it. Unknown members are ignored. */
export function parse<T>(shape: Shape<T>, input: unknown): T {
  const problems: string[] = [];
  const parsed = shape(input, '', problems);
  if (problems.length === 0) return parsed;
  const count = problems.length === 1 ? '1 validation error' : `${problems.length} validation errors`;
  throw validation(`${count} detected: ${problems.join('; ')}`);
}

export function structure<R extends Shapes, O extends Shapes>(
  required: R,
  optional: O = {} as O,
): Shape<Members<R> & Partial<Members<O>>> {
  return (value, at, problems) => {
    if (!isObject(value)) throw mismatch(value, 'a structure');
    const parsed: Record<string, unknown> = {};
    for (const [name, shape] of Object.entries({ ...required, ...optional })) {
      const member = value[name];
      const path = `${at && `${at}.`}${name.charAt(0).toLowerCase()}${name.slice(1)}`;
      // JSON null means absent, as in every AWS protocol.
      if (member !== undefined && member !== null) parsed[name] = shape(member, path, problems);
      else if (name in required) reporter('Value null', path, problems)('not be null');
    }
    return parsed as Members<R> & Partial<Members<O>>;
  };
}

/** A structure of which nothing has to be there. */
export const options = <O extends Shapes>(optional: O) => structure({}, optional);

interface Limits {
  readonly min?: number;
  readonly max?: number;
}

interface TextRules extends Limits {
  readonly pattern?: RegExp;
  /** The service leaves such a value out of its messages. */
  readonly sensitive?: boolean;
}

export function text({ pattern, sensitive = false, ...limits }: TextRules): Shape<string> {
  return (value, at, problems) => {
    if (typeof value !== 'string') throw mismatch(value, 'a String');
    const report = reporter(sensitive ? 'Value' : `Value '${value}'`, at, problems);
    checkLimits('length', value.length, limits, report);
    if (pattern && !fully(pattern).test(value)) report(`satisfy regular expression pattern: ${pattern.source}`);
    return value;
  };
}

/** Base64, measured by the bytes it stands for. */
export function blob(limits: Limits): Shape<string> {
  return (value, at, problems) => {
    if (typeof value !== 'string') throw mismatch(value, 'a Blob');
    const bytes = Buffer.from(value, 'base64');
    if (value.replace(/=+$/, '').length !== bytes.toString('base64').replace(/=+$/, '').length) {
      throw mismatch(value, 'a Blob');
    }
    checkLimits('length', bytes.length, limits, reporter('Value', at, problems));
    return bytes.toString('base64');
  };
}

export function whole(limits: Limits): Shape<number> {
  return (value, at, problems) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) throw mismatch(value, 'an Integer');
    checkLimits('value', value, limits, reporter(`Value '${value}'`, at, problems));
    return value;
  };
}

export const flag: Shape<boolean> = (value) => {
  if (typeof value !== 'boolean') throw mismatch(value, 'a Boolean');
  return value;
};

/** In the order in which the service lists them; `unlisted` are as good. */
export function oneOf<const T extends string>(values: readonly T[], unlisted: readonly T[] = []): Shape<T> {
  return (value, at, problems) => {
    if (typeof value !== 'string') throw mismatch(value, 'a String');
    const report = reporter(`Value '${value}'`, at, problems);
    if (![...values, ...unlisted].some((allowed) => allowed === value))
      report(`satisfy enum value set: [${values.join(', ')}]`);
    return value as T;
  };
}

export function listOf<T>(shape: Shape<T>, limits: Limits = {}): Shape<T[]> {
  return (value, at, problems) => {
    if (!Array.isArray(value)) throw mismatch(value, 'a List');
    checkLimits('length', value.length, limits, reporter(`Value '[${value.map(echo).join(', ')}]'`, at, problems));
    return value.map((item, index) => shape(item, `${at}.${index + 1}.member`, problems));
  };
}

/** Names and what they stand for; `at` names the value as the service does, by its key. */
export function mapOf<T>(shape: Shape<T>): Shape<Record<string, T>> {
  return (value, at, problems) => {
    if (!isObject(value)) throw mismatch(value, 'a Map');
    const parsed = Object.entries(value).map(([key, item]) => {
      const path = `${at}.${key}.member`;
      if (item === undefined) reporter('Value null', path, problems)('not be null');
      return [key, item === undefined ? item : shape(item, path, problems)];
    });
    return Object.fromEntries(parsed);
  };
}

const echo = (item: unknown) => (typeof item === 'string' ? item : JSON.stringify(item));

type Report = (constraint: string) => void;

function reporter(what: string, at: string, problems: string[]): Report {
  return (constraint) => problems.push(`${what} at '${at}' failed to satisfy constraint: Member must ${constraint}`);
}

function checkLimits(of: 'length' | 'value', size: number, { min, max }: Limits, report: Report): void {
  if (min !== undefined && size < min) report(`have ${of} greater than or equal to ${min}`);
  if (max !== undefined && size > max) report(`have ${of} less than or equal to ${max}`);
}

function fully(pattern: RegExp): RegExp {
  return new RegExp(`^(?:${pattern.source})$`, 'u');
}

function mismatch(value: unknown, wanted: string): AwsError {
  const kind = value === null ? 'NULL' : Array.isArray(value) ? 'LIST' : typeof value;
  return new AwsError('SerializationException', `${kind.toUpperCase()}_VALUE cannot be converted to ${wanted}`);
}
