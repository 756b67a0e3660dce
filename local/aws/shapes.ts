import { AwsError, validation } from './aws-error.ts';

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
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw mismatch(value, 'a structure');
    const given = value as Record<string, unknown>;
    const parsed: Record<string, unknown> = {};
    for (const [name, shape] of Object.entries({ ...required, ...optional })) {
      const member = given[name];
      const path = `${at && `${at}.`}${name.charAt(0).toLowerCase()}${name.slice(1)}`;
      // JSON null means absent, as in every AWS protocol.
      if (member !== undefined && member !== null) parsed[name] = shape(member, path, problems);
      else if (name in required) problems.push(`Value null at '${path}' ${fails('not be null')}`);
    }
    return parsed as Members<R> & Partial<Members<O>>;
  };
}

interface TextRules {
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
  /** The service leaves such a value out of its messages. */
  readonly sensitive?: boolean;
}

export function text({
  min = 0,
  max = Number.POSITIVE_INFINITY,
  pattern,
  sensitive = false,
}: TextRules): Shape<string> {
  return (value, at, problems) => {
    if (typeof value !== 'string') throw mismatch(value, 'a String');
    const report = (constraint: string) =>
      problems.push(`${sensitive ? 'Value' : `Value '${value}'`} at '${at}' ${fails(constraint)}`);
    if (value.length < min) report(`have length greater than or equal to ${min}`);
    if (value.length > max) report(`have length less than or equal to ${max}`);
    if (pattern && !fully(pattern).test(value)) report(`satisfy regular expression pattern: ${pattern.source}`);
    return value;
  };
}

/** Base64, measured by the bytes it stands for. */
export function blob({ max }: { max: number }): Shape<string> {
  return (value, at, problems) => {
    if (typeof value !== 'string') throw mismatch(value, 'a Blob');
    const bytes = Buffer.from(value, 'base64');
    if (value.replace(/=+$/, '').length !== bytes.toString('base64').replace(/=+$/, '').length) {
      throw mismatch(value, 'a Blob');
    }
    if (bytes.length > max) problems.push(`Value at '${at}' ${fails(`have length less than or equal to ${max}`)}`);
    return bytes.toString('base64');
  };
}

export function whole({ min, max }: { min?: number; max?: number }): Shape<number> {
  return (value, at, problems) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) throw mismatch(value, 'an Integer');
    const report = (constraint: string) => problems.push(`Value '${value}' at '${at}' ${fails(constraint)}`);
    if (min !== undefined && value < min) report(`have value greater than or equal to ${min}`);
    if (max !== undefined && value > max) report(`have value less than or equal to ${max}`);
    return value;
  };
}

export const flag: Shape<boolean> = (value) => {
  if (typeof value !== 'boolean') throw mismatch(value, 'a Boolean');
  return value;
};

export function oneOf<const T extends string>(values: readonly T[]): Shape<T> {
  return (value, at, problems) => {
    if (typeof value !== 'string') throw mismatch(value, 'a String');
    if (!values.some((allowed) => allowed === value)) {
      problems.push(`Value '${value}' at '${at}' ${fails(`satisfy enum value set: [${values.join(', ')}]`)}`);
    }
    return value as T;
  };
}

export function listOf<T>(shape: Shape<T>, { min = 0, max = Number.POSITIVE_INFINITY } = {}): Shape<T[]> {
  return (value, at, problems) => {
    if (!Array.isArray(value)) throw mismatch(value, 'a List');
    const report = (constraint: string) =>
      problems.push(`Value '${JSON.stringify(value)}' at '${at}' ${fails(constraint)}`);
    if (value.length < min) report(`have length greater than or equal to ${min}`);
    if (value.length > max) report(`have length less than or equal to ${max}`);
    return value.map((item, index) => shape(item, `${at}.${index + 1}.member`, problems));
  };
}

function fully(pattern: RegExp): RegExp {
  return new RegExp(`^(?:${pattern.source})$`, 'u');
}

function fails(constraint: string): string {
  return `failed to satisfy constraint: Member must ${constraint}`;
}

function mismatch(value: unknown, wanted: string): AwsError {
  const kind = value === null ? 'NULL' : Array.isArray(value) ? 'LIST' : typeof value;
  return new AwsError('SerializationException', `${kind.toUpperCase()}_VALUE cannot be converted to ${wanted}`);
}
