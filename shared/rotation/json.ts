/** JSON objects, read and written again without a change to what nobody here looked at. */
import { InvalidSecretError } from './errors.ts';

/**
 * Parses JSON; undefined when the text is none. A number that JavaScript cannot hold exactly
 * (12345678901234567890, 1.0) is kept as it was written: JSON.stringify prints it so.
 */
export function parseJson(text: string): unknown {
  try {
    return (JSON.parse as ParseWithSource)(text, (_key, parsed, { source }) =>
      typeof parsed === 'number' && String(parsed) !== source ? rawJSON(source) : parsed,
    );
  } catch {
    return undefined;
  }
}

/** The same of a JSON object; undefined when it is something else. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  const value = parseJson(text);
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawJSON(value);
  return isObject ? (value as Record<string, unknown>) : undefined;
}

/**
 * The JSON object in the text of a secret value. Throws InvalidSecretError, which says what is there instead, shows nothing of it, and
 * ends with `hint`. `what` names the value in messages.
 */
export function requireObject(text: string, what: string, hint: string): Record<string, unknown> {
  const value = parseObject(text);
  if (value === undefined) throw new InvalidSecretError(`${what} is not a JSON object${instead(text)}`, { hint });
  return value;
}

const FAULTS: readonly (readonly [string, (text: string) => string])[] = [
  ['begins with a byte order mark', (text) => text.replace(/^\uFEFF/, '')],
  ['has a comma before a closing bracket', (text) => text.replace(/,(?=\s*[}\]])/g, '')],
  ['has single quotes where JSON has double ones', (text) => text.replaceAll("'", '"')],
];
/** Each fault alone, then two at once, then all. */
const TOGETHER = [[0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]].map((several) =>
  several.flatMap((each) => FAULTS.slice(each, each + 1)),
);

function instead(text: string): string {
  const faults = TOGETHER.find((several) => parseObject(several.reduce((bad, [, mend]) => mend(bad), text)));
  if (faults !== undefined) return `: it ${faults.map(([what]) => what).join(', and it ')}`;
  const inner = parseObject(`{"inner":${text}}`)?.inner;
  if (typeof inner === 'string' && parseObject(inner) !== undefined) return ': it is JSON inside a JSON string';
  return '';
}

/** Every text anywhere in a value, not counting the names of fields. */
export function* textsIn(value: unknown): Iterable<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null && !isRawJSON(value)) {
    for (const inner of Object.values(value)) yield* textsIn(inner);
  }
}

// https://tc39.es/proposal-json-parse-with-source/ (in Node since 21; TypeScript's library does not know it yet).
type ParseWithSource = (
  text: string,
  /** `source` is absent for objects and lists. */
  reviver: (key: string, value: unknown, context: { source: string }) => unknown,
) => unknown;
const { rawJSON, isRawJSON } = JSON as unknown as {
  rawJSON(text: string): object;
  isRawJSON(value: unknown): boolean;
};
