/** A token like another one: what it may do, from where, and for how long. */
type Fields = Readonly<Record<string, unknown>>;

/**
 * Policies go without their ids, which belong to the token that has them ("Reusing existing policies is not supported",
 * https://github.com/cloudflare/cloudflare-docs/pull/352), and without empty lists of addresses, which let nobody in.
 */
export function successorOf(token: Fields): Fields {
  const policies = listOf(token.policies).map(({ effect, resources, permission_groups }) => ({
    effect,
    resources,
    permission_groups: listOf(permission_groups).map(({ id, meta }) => (meta === undefined ? { id } : { id, meta })),
  }));
  const given = (token.condition as { request_ip?: Fields } | undefined)?.request_ip ?? {};
  const request_ip = Object.fromEntries(
    Object.entries(given).filter(([, addresses]) => Array.isArray(addresses) && addresses.length > 0),
  );
  const expires_on = expiryLike(token);
  return {
    policies,
    ...(Object.keys(request_ip).length > 0 && { condition: { request_ip } }),
    ...(expires_on !== undefined && { expires_on }),
  };
}

/** Everything that a token may do, in a form in which two can be compared. */
export function permissionsIn({ policies }: Fields): string[] {
  return listOf(policies).flatMap(({ effect, resources, permission_groups }) => {
    const where = Object.keys((resources ?? {}) as Fields).toSorted();
    return listOf(permission_groups).map(({ id }) => `${effect} ${id} on ${where.join(' and ')}`);
  });
}

/** As long a life as the current token was given, from now. */
function expiryLike({ issued_on, expires_on }: Fields): string | undefined {
  const [from, to] = [Date.parse(String(issued_on)), Date.parse(String(expires_on))];
  if (Number.isNaN(from) || Number.isNaN(to) || to <= from) return undefined;
  // Cloudflare takes no fractions of a second.
  return `${new Date(Date.now() + to - from).toISOString().slice(0, 19)}Z`;
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'object' && item !== null) : [];
}
