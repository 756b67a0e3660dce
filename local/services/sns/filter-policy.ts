import { fromJson } from '../../aws/json-text.ts';
import type { MessageAttribute } from './message.ts';

type Condition = string | number | boolean | null | Readonly<Record<string, unknown>>;
type Values = readonly (string | number | boolean)[];

/** Does a subscription with this policy want a message with these attributes? https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html */
export function accepts(policy: string | undefined, attributes: Readonly<Record<string, MessageAttribute>>): boolean {
  if (!policy) return true;
  return Object.entries(JSON.parse(policy) as Record<string, readonly Condition[]>).every(([name, conditions]) => {
    const attribute = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
    const values = attribute && toValues(attribute);
    return conditions.some((condition) => meets(condition, values));
  });
}

function toValues({ Type, Value }: MessageAttribute): Values {
  if (Type === 'Number') return [Number(Value)];
  if (Type !== 'String.Array') return [Value];
  const parsed = fromJson(Value);
  return Array.isArray(parsed) ? parsed : [];
}

function meets(condition: Condition, values: Values | undefined): boolean {
  if (typeof condition === 'object' && condition !== null && 'exists' in condition) {
    return condition.exists === (values !== undefined);
  }
  return values?.some((value) => matches(condition, value)) ?? false;
}

function matches(condition: Condition, value: string | number | boolean): boolean {
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
