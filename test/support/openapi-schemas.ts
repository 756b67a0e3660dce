/** The schemas of an OpenAPI description, as JSON Schema has them. */
import { Ajv2020 } from 'ajv/dist/2020.js';

export type Json = Readonly<Record<string, unknown>>;

/** Schemas of OpenAPI 3.0 as JSON Schema has them: what may be null, and what only one of the two sides writes. */
export function compiler(document: Json, side: 'request' | 'answer') {
  const ajv = new Ajv2020({ strict: false, logger: false, validateFormats: false });
  const convert = (value: unknown) => converted(value, side, document);
  ajv.addSchema(convert(document) as Json, 'vendor');
  const known = new Map<string, ReturnType<Ajv2020['compile']>>();
  const run = (key: string, schema: () => Json, value: unknown): string[] => {
    const validate = known.get(key) ?? ajv.compile(schema());
    known.set(key, validate);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) =>
        `${instancePath.replace(/\/\d+/g, '/*')} ${message} ${JSON.stringify(params)}`,
    );
  };
  return {
    /** A member that the vendor does not know is refused, at the top. */
    at(pointer: readonly string[], value: unknown): string[] {
      const $ref = `vendor#/${pointer.map((step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;
      const isClosed = side === 'request' && typeof value === 'object' && !Array.isArray(value);
      return run($ref, () => ({ $ref, ...(isClosed && { unevaluatedProperties: false }) }), value);
    },
    inline(schema: Json, value: unknown): string[] {
      return run(JSON.stringify(schema), () => withRefs(convert(schema)) as Json, value);
    },
  };
}

function converted(value: unknown, side: 'request' | 'answer', document: Json): unknown {
  const convert = (inner: unknown) => converted(inner, side, document);
  if (Array.isArray(value)) return value.map(convert);
  if (typeof value !== 'object' || value === null) return value;
  const { nullable, discriminator: _, exclusiveMinimum, ...rest } = value as Json;
  const inner: Record<string, unknown> = Object.fromEntries(
    Object.entries(rest).map(([name, one]) => [name, convert(one)]),
  );
  // Schemas may have a property of that name.
  if (typeof nullable === 'object') inner.nullable = convert(nullable);
  if (typeof exclusiveMinimum === 'number') inner.exclusiveMinimum = exclusiveMinimum;
  const properties = (rest.properties ?? {}) as Readonly<Record<string, Json>>;
  if (Array.isArray(rest.required)) {
    const unwritten = side === 'request' ? 'readOnly' : 'writeOnly';
    inner.required = rest.required.filter(
      (name) => resolved(document, properties[String(name)] ?? {})[unwritten] !== true,
    );
  }
  return nullable === true ? { anyOf: [inner, { type: 'null' }] } : inner;
}

function withRefs(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withRefs);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, name === '$ref' ? `vendor${one}` : withRefs(one)]),
  );
}

export function resolved(document: Json, value: Json): Json {
  return typeof value.$ref === 'string' ? (at(document, ...pointerOf(value)) as Json) : value;
}

export const pointerOf = ({ $ref }: Json) =>
  String($ref)
    .slice(2)
    .split('/')
    .map((step) => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~'));

export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, step) => (typeof inner === 'object' && inner !== null ? (inner as Json)[step] : undefined),
    value,
  );
}
