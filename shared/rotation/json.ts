/** JSON objects, read and written again without a change to what nobody here looked at. */

/**
 * Parses the text of a JSON object; undefined when it is not one. A number that JavaScript cannot hold exactly
 * (12345678901234567890, 1.0) is kept as it was written: JSON.stringify prints it so.
 */
export function parseObject(text: string): Record<string, unknown> | undefined {
  let value: unknown;
  try {
    value = (JSON.parse as ParseWithSource)(text, (_key, parsed, { source }) =>
      typeof parsed === 'number' && source !== undefined && String(parsed) !== source ? rawJSON(source) : parsed,
    );
  } catch {
    return undefined;
  }
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawJSON(value);
  return isObject ? (value as Record<string, unknown>) : undefined;
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
  reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
) => unknown;
const { rawJSON, isRawJSON } = JSON as unknown as {
  rawJSON(text: string): object;
  isRawJSON(value: unknown): boolean;
};
