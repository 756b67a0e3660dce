/** A token like another one: what it may do, from where, and for how long. */
import { dateAt, dateIfAny, listAt, memberAt, objectAt, type Part, textAt, textsAt } from '../../api/read.ts';

interface Policy {
  readonly effect: string;
  readonly resources: Readonly<Record<string, unknown>>;
  readonly permission_groups: readonly { readonly id: string; readonly meta?: unknown }[];
}

/** Without empty lists of addresses, which let nobody in. */
export function successorOf(answer: Part) {
  const where = ['result', 'condition', 'request_ip'];
  const given = memberAt(answer, where) == null ? {} : objectAt(answer, ...where);
  const lists = Object.keys(given).map((list) => [list, textsAt(answer, ...where, list)] as const);
  const request_ip = Object.fromEntries(lists.filter(([, addresses]) => addresses.length > 0));
  const expires_on = expiryLike(answer);
  return {
    policies: policiesIn(answer),
    ...(Object.keys(request_ip).length > 0 && { condition: { request_ip } }),
    ...(expires_on !== undefined && { expires_on }),
  };
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
    const where = Object.keys(resources).toSorted();
    return permission_groups.map(({ id }) => `${effect} ${id} on ${where.join(' and ')}`);
  });
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
