import { AwsError } from '../../aws/aws-error.ts';
import { fromJson, isObject } from '../../aws/json-text.ts';
import { errors } from './errors.ts';

/** One parameter policy. https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-policies.html */
export type Policy = ExpirationPolicy | NotificationPolicy;

interface Common {
  /** The JSON of this policy alone. */
  readonly text: string;
  readonly attachedAt: number;
  /** Finished once it was carried out. */
  readonly status: 'Pending' | 'Finished';
}
export interface ExpirationPolicy extends Common {
  readonly type: 'Expiration';
  readonly expiresAt: number;
}
export interface NotificationPolicy extends Common {
  readonly type: 'ExpirationNotification' | 'NoChangeNotification';
  /** How long before the expiration, or after the last change. */
  readonly milliseconds: number;
  /** In the policy's own words: `15 days`. */
  readonly period: string;
}

type Json = Readonly<Record<string, unknown>>;

const MOST_POLICIES = 10;
const HOUR = 3_600_000;
const unitHours: Readonly<Record<string, number>> = { days: 24, hours: 1 };

/** The policies of a PutParameter, or the service's refusal. An empty object stands for "none": `[{}]` takes all policies away. */
export function parsePolicies(text: string, now: number): Policy[] {
  const given = readList(text).filter((policy) => Object.keys(policy).length > 0);
  if (given.length > MOST_POLICIES) {
    throw new AwsError(
      'PoliciesLimitExceededException',
      `Number of policies attached to a parameter cannot exceed ${MOST_POLICIES}`,
    );
  }
  const policies = given.map((policy) => parsePolicy(policy, now));
  const expirations = policies.filter(({ type }) => type === 'Expiration').length;
  if (expirations > 1) throw incompatible('There can be only one expiration policy');
  if (expirations === 0 && policies.some(({ type }) => type === 'ExpirationNotification')) {
    throw incompatible('Expiration notification policies are missing expiration policy');
  }
  return policies;
}

/** When the policy is to be carried out; undefined when it was, or cannot be. */
export function dueAt(policy: Policy, all: readonly Policy[], modifiedAt: number): number | undefined {
  if (policy.status === 'Finished') return undefined;
  if (policy.type === 'Expiration') return policy.expiresAt;
  if (policy.type === 'NoChangeNotification') return modifiedAt + policy.milliseconds;
  const expiration = all.find((other) => other.type === 'Expiration');
  return expiration && expiration.expiresAt - policy.milliseconds;
}

/** What a new value makes of the policies that stay: the clock of NoChangeNotification starts again, the others go on. */
export function afterChange(policies: readonly Policy[]): Policy[] {
  return policies.map((policy) => (policy.type === 'NoChangeNotification' ? { ...policy, status: 'Pending' } : policy));
}

function readList(text: string): Json[] {
  const list = fromJson(text);
  if (!Array.isArray(list) || !list.every(isObject)) throw errors.validation('Invalid policies input');
  return list;
}

function parsePolicy(policy: Json, attachedAt: number): Policy {
  const { Type: type, Version: version, Attributes: attributes } = policy;
  if (type !== 'Expiration' && type !== 'ExpirationNotification' && type !== 'NoChangeNotification') {
    throw new AwsError('InvalidPolicyTypeException', `Policy type ${String(type)} is not supported.`);
  }
  if (version !== '1.0') throw invalidAttribute('Unsupported policy version.');
  if (typeof attributes !== 'object' || attributes === null) throw missing('Attributes');
  const common = { text: JSON.stringify(policy), attachedAt, status: 'Pending' as const };
  if (type === 'Expiration') return { ...common, type, expiresAt: expiration(attributes as Json) };
  return { ...common, type, ...period(attributes as Json, type === 'ExpirationNotification' ? 'Before' : 'After') };
}

function expiration({ Timestamp: timestamp }: Json): number {
  if (timestamp === undefined) {
    throw invalidAttribute('A valid Expiration policy must have an attribute of Timestamp.');
  }
  const isoDate = /^(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))(?::\d\d)?$/;
  // Offsets may have seconds in Java's ISO_OFFSET_DATE_TIME; a zone that needs them does not exist any more.
  const at = Date.parse(isoDate.exec(String(timestamp))?.[1] ?? '');
  if (Number.isNaN(at)) throw invalidAttribute('Invalid timestamp format');
  return at;
}

function period(attributes: Json, name: 'Before' | 'After'): { milliseconds: number; period: string } {
  const { [name]: amount, Unit: unit } = attributes;
  if (amount === undefined) throw missing(name);
  if (unit === undefined) throw missing('Unit');
  if (!/^[1-9]\d*$/.test(String(amount))) throw invalidAttribute(`Attribute ${name} must be a positive integer.`);
  const word = String(unit).toLowerCase();
  const hours = Object.hasOwn(unitHours, word) ? unitHours[word] : undefined;
  if (hours === undefined) throw invalidAttribute('Supported time units: DAYS HOURS');
  return { milliseconds: Number(amount) * hours * HOUR, period: `${amount} ${word}` };
}

const invalidAttribute = (message: string) => new AwsError('InvalidPolicyAttributeException', message);
const missing = (attribute: string) => invalidAttribute(`Mandatory policy attribute ${attribute} is missing.`);
const incompatible = (message: string) => new AwsError('IncompatiblePolicyException', message);
