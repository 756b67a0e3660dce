/** With what a provider is called for one secret, its value and the admin credential; and what the provider says of a value. */

import { AuthenticationError, InvalidSecretError, PermissionError, TargetMismatchError } from '../rotation/errors.ts';
import type { RotationContext, SecretSchema } from '../rotation/strategy.ts';
import { ROLLBACK } from '../rotation/strategy.ts';
import { PENDING } from '../rotation/versions.ts';
import type { Transport } from './api/transport.ts';
import type { AcceptingProvider, Access, IssuingProvider, KeyAccess, KeySecret } from './provider.ts';
import { isBare } from './secret.ts';

/** Why a previous key is not revoked. */
export const CURRENT_REFUSED = 'the current key is refused, so the previous one may be all that works';

export interface AdminSource {
  /** The parsed value of the secret that `masterarn` names. Throws InvalidSecretError when there is none that is usable. */
  adminFor<A extends KeySecret>(masterarn: string, schema: SecretSchema<A>, ctx: RotationContext): Promise<A>;
  /** What the tag `rekey:admin-of` of that secret says. A call of its own, so it is asked of bare values alone. */
  ownerOf(masterarn: string, ctx: RotationContext): Promise<string | undefined>;
}

export interface KeyPorts {
  readonly admins: AdminSource;
  /** Absent: the network. */
  readonly transport?: Transport;
}

type Provider<S extends KeySecret, A extends KeySecret> = IssuingProvider<S, A> | AcceptingProvider<S, A>;

/** Throws TargetMismatchError when the admin credential is for another place than the key. */
export async function accessTo<S extends KeySecret, A extends KeySecret>(
  provider: Provider<S, A>,
  value: S,
  ports: KeyPorts,
  ctx: RotationContext,
): Promise<Access<S, A>> {
  const asKey = accessAsKey(value, ports, ctx);
  const { current } = asKey;
  const { masterarn } = current;
  const isNamed = typeof masterarn === 'string' && masterarn !== '';
  const admin = isNamed
    ? await ports.admins.adminFor(masterarn, provider.adminSchema, ctx)
    : withoutAdmin(provider, current, ctx);
  if (isNamed) await requireOwn(provider, admin, masterarn, () => ports.admins.ownerOf(masterarn, ctx));
  requireSame(provider, admin, current, 'the admin secret');
  return { ...asKey, admin };
}

/** Whoever may write a secret chooses its `masterarn`, and so which admin credential would go to the host of this provider. */
async function requireOwn(
  { name, adminSaysOf, foreign = [] }: Pick<IssuingProvider, 'name' | 'adminSaysOf' | 'foreign'>,
  admin: KeySecret,
  masterarn: string,
  tagged: () => Promise<string | undefined>,
): Promise<void> {
  const of = admin.admin_of ?? (isBare(admin) ? await tagged() : undefined);
  const isTheirs = of === undefined && foreign.some((field) => field in admin);
  if (of === name || (of === undefined && !isTheirs && !adminSaysOf && !isBare(admin))) return;
  const hint = `when it is meant for ${name}, put "admin_of":"${name}" into its JSON, or give a bare value the tag rekey:admin-of with ${name}; else correct masterarn`;
  const details = { hint, about: masterarn };
  if (of === undefined && !isTheirs) {
    throw new InvalidSecretError(`the admin secret ${masterarn} does not say whose it is`, details);
  }
  throw new TargetMismatchError(`the admin secret ${masterarn} is that of another provider than ${name}`, details);
}

/** Nobody but the key is asked: enough for `verify`, and needs no admin credential. */
export function accessAsKey<S extends KeySecret>(
  value: S,
  { transport }: KeyPorts,
  ctx: RotationContext,
): KeyAccess<S> {
  return { current: completed(value, ctx), ctx, ...(transport && { transport }) };
}

/** For `verify`, which gets the admin credential where the provider cannot do without. */
export async function accessToVerify<S extends KeySecret, A extends KeySecret>(
  provider: Provider<S, A>,
  value: S,
  ports: KeyPorts,
  ctx: RotationContext,
): Promise<KeyAccess<S>> {
  return provider.verifiesWithAdmin ? accessTo(provider, value, ports, ctx) : accessAsKey(value, ports, ctx);
}

/** A bare value has no room for fields; the tags `rekey:<field>` of its secret stand in for them. */
export function completed<S extends KeySecret>(value: S, ctx: RotationContext): S {
  if (!isBare(value)) return value;
  const tagged = Object.entries(ctx.tags ?? {}).filter(([name]) => name.startsWith('rekey:'));
  return { ...Object.fromEntries(tagged.map(([name, text]) => [name.slice('rekey:'.length), text])), ...value };
}

export function requireSame(
  provider: Pick<IssuingProvider, 'sameTarget'>,
  one: KeySecret,
  other: KeySecret,
  what: string,
): void {
  const differs = provider.sameTarget.find(
    (field) => one[field] !== undefined && other[field] !== undefined && one[field] !== other[field],
  );
  if (differs === undefined) return;
  throw new TargetMismatchError(`field ${differs} of ${what} is not that of AWSCURRENT`, {
    hint: 'both must name one account, in one spelling (a host or domain alone: no https://, port or slash); correct the one that is wrong with put-secret-value, then rotate again',
    ...(what === PENDING && { ofPending: true }),
  });
}

/** Is an older value about the same account and holder as AWSCURRENT? One of another place proves nothing here. */
export function isForSame(
  provider: Pick<IssuingProvider, 'sameTarget' | 'sameHolder'>,
  value: KeySecret,
  current: KeySecret,
): boolean {
  return [...provider.sameTarget, ...(provider.sameHolder ?? [])].every((field) => value[field] === current[field]);
}

/** Does the provider let this value in? */
export async function keyOpens<S extends KeySecret, A extends KeySecret>(
  provider: Provider<S, A>,
  secret: S,
  ports: KeyPorts,
  ctx: RotationContext,
): Promise<boolean> {
  try {
    const access = await accessToVerify(provider, secret, ports, ctx);
    await provider.verify(access.current, access);
  } catch (error) {
    if (error instanceof AuthenticationError) return false;
    // Alive, and short of a right: that is for `test` to judge.
    if (!(error instanceof PermissionError)) throw error;
  }
  return true;
}

/**
 * A fresh key may be refused until it has spread at the provider: it is tried again before it is called dead. Throws
 * AuthenticationError when it is still refused after the provider's `spreadMs`.
 */
export async function verified<S extends KeySecret, A extends KeySecret>(
  provider: Provider<S, A>,
  secret: S,
  access: KeyAccess<S>,
): Promise<void> {
  const { ctx } = access;
  // Nobody waits for a key that is as old as that of AWSPREVIOUS.
  const until = performance.now() + (ctx.asked === undefined ? provider.spreadMs : 0);
  for (let pause = 100; ; pause = Math.min(pause * 2, 3000)) {
    try {
      return await provider.verify(secret, access);
    } catch (error) {
      if (!(error instanceof AuthenticationError)) throw error;
      if (performance.now() + pause > until) throw refused(error, ctx);
    }
    ctx.log('the key is refused, it may not have spread yet', { provider: provider.name, pauseMs: pause });
    await ctx.pause(pause);
  }
}

/** A refused admin credential is nothing that another key could mend, so it is not an AuthenticationError of the rotated secret. */
export async function asAdmin<T>(access: Access, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { masterarn } = access.current;
    if (!(error instanceof AuthenticationError) || typeof masterarn !== 'string') throw error;
    throw new PermissionError(`the admin secret does not serve: ${error.fact}`, {
      hint: 'store the credential that works in the secret that masterarn names, then rotate again',
      about: masterarn,
      cause: error,
    });
  }
}

function withoutAdmin<S extends KeySecret, A extends KeySecret>(
  provider: Provider<S, A>,
  current: S,
  ctx: RotationContext,
): A {
  const { adminSchema, withoutAdmin: whose } = provider;
  if (whose !== 'refused') return adminSchema.parse(JSON.stringify(whose === 'key' ? current : {}), ctx.secretId);
  throw new InvalidSecretError(
    `${ctx.secretId} names no admin secret, and a key of ${provider.name} cannot replace itself`,
    {
      hint: 'put the ARN of the admin secret into the field masterarn (or the tag rekey:masterarn of a secret that is a bare key)',
    },
  );
}

function refused({ fact, cause }: AuthenticationError, { token, asked }: RotationContext): AuthenticationError {
  if (asked === ROLLBACK) {
    const hint = 'a key that was revoked does not come back: rotate again, which makes another';
    return new AuthenticationError(fact, { code: 'PREVIOUS_UNUSABLE', hint, cause });
  }
  return new AuthenticationError(fact, {
    hint: `repeat it; if somebody revoked the pending key, take AWSPENDING off version ${token} and rotate again`,
    cause,
  });
}

/** It lives, and the admin credential does not know it: what is wrong is the place, not the key. */
export function elsewhere(provider: Pick<IssuingProvider, 'name' | 'sameTarget'>, { secretId }: RotationContext) {
  const fields = provider.sameTarget.length > 0 ? `${provider.sameTarget.join(', ')} and the` : 'the';
  return new InvalidSecretError(
    `the key of ${secretId} lives, and is none of those that its admin credential manages at ${provider.name}`,
    {
      hint: `see that ${fields} admin secret are of the account, project or group that the key is in; correct what is wrong with put-secret-value, then rotate again`,
    },
  );
}

/** Whoever writes a secret must hold what it is about, before an admin credential acts on its word. */
export function unproven(provider: Pick<IssuingProvider, 'name'>, { secretId }: RotationContext): InvalidSecretError {
  return new InvalidSecretError(
    `no value of ${secretId} is a living key of ${provider.name} in the account of its admin credential`,
    {
      code: 'AUTHENTICATION_REFUSED',
      hint: 'a key is made only for whoever holds one: make one in the console of the provider, store it with put-secret-value, rotate again',
    },
  );
}
