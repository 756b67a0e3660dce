/** Policies of Advanced parameters: https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-policies.html */

interface Policy {
  readonly Type: string;
  readonly Version?: string;
  readonly Attributes?: Readonly<Record<string, unknown>>;
}

const MINUTE = 60_000;

/**
 * The policies as a rotation sets them again: Expiration as far from now as it was from the last change. That of
 * NoChangeNotification begins with every change by itself. Undefined: nothing to set, or something that cannot be read, and
 * then they are left as they are.
 */
export function policiesSetAgain(
  policies: readonly { readonly PolicyText?: string | undefined }[],
  changedAt: number,
  now: number,
): string | undefined {
  const parsed = policies.map(({ PolicyText }) => parsePolicy(PolicyText));
  if (parsed.length === 0 || parsed.includes(undefined)) return undefined;
  const again = (parsed as Policy[]).map((policy) =>
    policy.Type === 'Expiration' ? moved(policy, changedAt, now) : policy,
  );
  return again.includes(undefined) ? undefined : JSON.stringify(again);
}

function parsePolicy(text: string | undefined): Policy | undefined {
  try {
    const policy: unknown = JSON.parse(text ?? '');
    return typeof policy === 'object' && policy !== null && 'Type' in policy ? (policy as Policy) : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined: its time is none, or is over. Whole minutes, so that a hundred rotations do not add up to a shift. */
function moved(policy: Policy, changedAt: number, now: number): Policy | undefined {
  const expiresAt = Date.parse(String(policy.Attributes?.Timestamp));
  const distance = Math.round((expiresAt - changedAt) / MINUTE) * MINUTE;
  if (!(distance > 0)) return undefined;
  return { ...policy, Attributes: { ...policy.Attributes, Timestamp: new Date(now + distance).toISOString() } };
}
