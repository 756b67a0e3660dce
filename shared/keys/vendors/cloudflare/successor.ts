/** A token like another one: what it may do, from where, and for how long. */
import { dateAt, dateIfAny, listAt, memberAt, objectAt, type Part, textAt } from '../../api/read.ts';
import { normal } from '../../same-rights.ts';

interface Policy {
  readonly effect: string;
  readonly resources: Readonly<Record<string, unknown>>;
  readonly permission_groups: readonly { readonly id: string; readonly meta?: unknown }[];
}

export function successorOf(answer: Part) {
  const condition = conditionIn(answer);
  const expires_on = expiryLike(answer);
  return {
    policies: policiesIn(answer),
    ...(Object.keys(condition).length > 0 && { condition }),
    ...(expires_on !== undefined && { expires_on }),
  };
}

/** As it came, in whatever spelling: only empty lists of addresses, which let nobody in, stay out. */
function conditionIn(answer: Part): Readonly<Record<string, unknown>> {
  const where = ['result', 'condition'];
  const given = memberAt(answer, where) == null ? {} : objectAt(answer, ...where);
  const kept = Object.entries(given).map(([name, inner]) => [name, withoutEmptyLists(inner)] as const);
  return Object.fromEntries(kept.filter(([, inner]) => normal(inner) !== '{}' && inner !== null));
}

/**
 * From where a token may be used. `request.ip` is taken, and may be given back as `request_ip`:
 * https://github.com/cloudflare/cloudflare-docs `create-via-api.mdx`, https://github.com/cloudflare/terraform-provider-cloudflare `api_token/model.go`
 */
export function limitsIn(answer: Part): string[] {
  return Object.entries(conditionIn(answer)).map(([name, inner]) => `${name.replace('.', '_')} ${normal(inner)}`);
}

/**
 * Without their ids, which belong to the token that has them ("Reusing existing policies is not supported",
 * https://github.com/cloudflare/cloudflare-docs/pull/352).
 */
export function policiesIn(answer: Part): Policy[] {
  return listAt(answer, 'result', 'policies').map((policy) => ({
    effect: textAt(policy, 'effect'),
    resources: objectAt(policy, 'resources'),
    permission_groups: listAt(policy, 'permission_groups').map((group) => {
      const meta = memberAt(group, ['meta']);
      return { id: textAt(group, 'id'), ...(meta !== undefined && { meta }) };
    }),
  }));
}

/** Everything that policies allow, in a form in which two can be compared. */
export function permissionsIn(policies: readonly Policy[]): string[] {
  return policies.flatMap(({ effect, resources, permission_groups }) => {
    const where = Object.entries(resources).map(([name, part]) => (part === '*' ? name : `${name} ${normal(part)}`));
    return permission_groups.map(({ id }) => `${effect} ${id} on ${where.toSorted().join(' and ')}`);
  });
}

function withoutEmptyLists(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, list]) => !Array.isArray(list) || list.length > 0));
}

/** As long a life as the current token was given, from now. */
function expiryLike(answer: Part): string | undefined {
  const to = dateIfAny(answer, 'result', 'expires_on');
  if (to === undefined) return undefined;
  const life = to.getTime() - dateAt(answer, 'result', 'issued_on').getTime();
  if (life <= 0) return undefined;
  // Cloudflare takes no fractions of a second.
  return `${new Date(Date.now() + life).toISOString().slice(0, 19)}Z`;
}
