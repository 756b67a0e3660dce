import { fromJson, isObject } from '../../aws/json-text.ts';
import type { MessageAttribute } from './message.ts';

type Condition = string | number | boolean | null | Readonly<Record<string, unknown>>;
type Policy = readonly Condition[] | { readonly [name: string]: Policy };
type Value = string | number | boolean | null;

/** Does a subscription with these attributes want this message? https://docs.aws.amazon.com/sns/latest/dg/sns-message-filtering-scope.html */
export function accepts(
  { FilterPolicy, FilterPolicyScope }: Readonly<Record<string, string>>,
  text: string,
  attributes: Readonly<Record<string, MessageAttribute>>,
): boolean {
  if (!FilterPolicy) return true;
  const policy: Policy = JSON.parse(FilterPolicy);
  const body = FilterPolicyScope === 'MessageBody' ? fromJson(text) : mapped(attributes);
  return isObject(body) && fits(policy, body);
}

/** Of a list, in the body, one that fits will do. */
function fits(policy: Policy, found: unknown): boolean {
  const all = found === undefined ? [] : [found].flat(Number.POSITIVE_INFINITY);
  if (isConditions(policy)) {
    const values = found === undefined ? undefined : all.filter((one): one is Value => !isObject(one));
    return policy.some((condition) => meets(condition, values));
  }
  const objects = all.filter(isObject);
  return (objects.length > 0 ? objects : [{}]).some((one: Record<string, unknown>) =>
    Object.entries(policy).every(([name, inner]) =>
      isChoice(name, inner)
        ? inner.some((choice) => fits(choice, one))
        : fits(inner, Object.hasOwn(one, name) ? one[name] : undefined),
    ),
  );
}

/** https://docs.aws.amazon.com/sns/latest/dg/and-or-logic.html */
const isChoice = (name: string, inner: unknown): inner is readonly Policy[] =>
  name === '$or' && Array.isArray(inner) && inner.length > 1 && inner.every(isObject);

const isConditions = (policy: Policy): policy is readonly Condition[] => Array.isArray(policy);

const mapped = (attributes: Readonly<Record<string, MessageAttribute>>) =>
  Object.fromEntries(Object.entries(attributes).map(([name, attribute]) => [name, toValues(attribute)]));

function toValues({ Type, Value }: MessageAttribute): readonly Value[] {
  if (Type === 'Number') return [Number(Value)];
  if (Type !== 'String.Array') return [Value];
  const parsed = fromJson(Value);
  return Array.isArray(parsed) ? parsed : [];
}

function meets(condition: Condition, values: readonly Value[] | undefined): boolean {
  if (typeof condition === 'object' && condition !== null && 'exists' in condition) {
    return condition.exists === (values !== undefined);
  }
  return values?.some((value) => matches(condition, value)) ?? false;
}

function matches(condition: Condition, value: Value): boolean {
  if (typeof condition !== 'object' || condition === null) return condition === value;
  const [operator = '', operand] = Object.entries(condition)[0] ?? [];
  const text = String(value);
  switch (operator) {
    case 'prefix':
      return text.startsWith(String(operand));
    case 'suffix':
      return text.endsWith(String(operand));
    case 'equals-ignore-case':
      return text.toLowerCase() === String(operand).toLowerCase();
    case 'anything-but':
      return ![operand].flat().some((excluded) => matches(excluded as Condition, value));
    case 'numeric':
      return typeof value === 'number' && inRange(operand as readonly (string | number)[], value);
    default:
      return false;
  }
}

function inRange(range: readonly (string | number)[], value: number): boolean {
  for (let index = 0; index < range.length; index += 2) {
    const bound = Number(range[index + 1]);
    const holds = {
      '=': value === bound,
      '>': value > bound,
      '>=': value >= bound,
      '<': value < bound,
      '<=': value <= bound,
    };
    if (!holds[range[index] as keyof typeof holds]) return false;
  }
  return true;
}
