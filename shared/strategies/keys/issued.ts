/** Keys that the provider makes: issue, verify, promote; the key before keeps working until it is revoked. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Access, IssuingProvider, Key, KeySecret } from '../../providers/provider.ts';
import { ProviderError } from '../../rotation/errors.ts';
import type { Postponed, RotationContext, RotationStrategy } from '../../rotation/strategy.ts';
import { PENDING } from '../../rotation/versions.ts';
import { revokeChoice } from '../revoke-choice.ts';
import type { KeyPorts } from './access.ts';
import { accessTo, accessToVerify, asAdmin, completed, requireSame } from './access.ts';
import { ageOf, isOfRotation, isOfSecret, newLabel } from './labels.ts';
import { isForSame, isOwn, isProven, unproven } from './proof.ts';
import { isExpired, requireFreeSlot, requireGrace, requireQuiet, useOf } from './use.ts';
import { verified } from './verified.ts';

/** Lambda's longest, when nobody says how long this function may live. */
const LONGEST_INVOCATION_MS = 900_000;
/** Issue, verify and promote, with repeats: a use of a key in this time is our own. */
const LONGEST_ROTATION_MS = 900_000;
const DAY = 86_400_000;
/** For so long a repeat waits for the delivery that may be about to store what it issued. Milliseconds. */
const WAIT_FOR_OTHER = [200, 400, 800, 1600];

export function issuedKeyStrategy(provider: IssuingProvider, ports: KeyPorts): RotationStrategy<KeySecret> {
  return {
    name: 'api-key',
    system: provider.name,
    schema: provider.schema,
    outage: 'none',
    cutover: 'finish',

    async create({ current, previous, stored }, ctx) {
      const early = await stored();
      if (early !== undefined) return early;
      const choice = revokeChoice(current, ctx);
      requireGrace(choice, provider, ctx);
      const access = await accessTo(provider, current, ports, ctx);
      return asAdmin(access, async () => {
        const keys = await provider.keys(access);
        const currentId = await provider.identify(current, access);
        const isOther = (key: Key) => key.id !== currentId;
        const mine = keys.filter(
          (key) =>
            isOther(key) && (key.label === undefined ? isUnclaimed(key, keys, currentId) : isOfRotation(key, ctx)),
        );
        if (mine.some((key) => isFresh(key, ctx))) {
          const theirs = await storedByAnother(stored, ctx);
          if (theirs !== undefined) return theirs;
          throw issuedElsewhere(provider, ctx);
        }
        const before = await previous();
        const at = { keys, access, ports };
        const isAlive = await isProven(provider, current, at);
        const isHeld =
          isAlive ||
          (before !== undefined && isForSame(provider, before, current) && (await isProven(provider, before, at)));
        if (!isHeld) throw unproven(provider, ctx);
        // AWSPREVIOUS may be all that works, when AWSCURRENT was stored or revoked by hand: then nothing is revoked.
        const gone = isAlive ? await dispensable({ before, currentId }, at, provider, ctx) : [];
        for (const { key } of gone) requireQuiet(key, choice.quietFor, usesCountFrom(keys, currentId), provider, ctx);
        for (const { key, value } of gone) await revoke(provider, key, access, value);
        const left = keys.filter((key) => !gone.some((one) => one.key === key));
        requireFreeSlot(provider, left, access);
        const pending = await provider.issue(newLabel(ctx), access, left, () => storedByAnother(stored, ctx));
        ctx.redact.add(...provider.schema.confidential(pending));
        ctx.log('a key was issued', { provider: provider.name });
        return pending;
      });
    },

    async set({ pending, current }, ctx) {
      requireSame(provider, completed(pending, ctx), completed(current, ctx), PENDING);
      return { close: async () => {} };
    },

    test: async ({ pending, current }, ctx) =>
      verified(provider, completed(pending, ctx), await accessToVerify(provider, current, ports, ctx)),

    async settle({ current, previous }, ctx) {
      const { after } = revokeChoice(current, ctx);
      if (after !== undefined && previous !== undefined) await ctx.later?.(new Date(Date.now() + after));
    },

    async revoke({ current, previous }, ctx) {
      const { after, quietFor } = revokeChoice(current, ctx);
      if (after === undefined) return 'kept';
      const access = await accessTo(provider, current, ports, ctx);
      return asAdmin(access, async () => {
        const keys = await provider.keys(access);
        const [currentId, previousId] = [
          await provider.identify(current, access),
          await provider.identify(previous, access),
        ];
        const old = keyBefore(provider, keys, previousId, currentId);
        if (old === undefined) return undefined;
        const use = useOf(old, quietFor, usesCountFrom(keys, currentId));
        if (use !== undefined) return use;
        if (!(await isProven(provider, current, { keys, access, ports }))) return needed();
        if (!(await isOwn(provider, old, previous, ports, ctx))) return 'kept';
        await revoke(provider, old, access, previous);
        return undefined;
      });
    },
  };
}

/** What may be revoked before another key is issued: the key before, and keys whose value was lost. */
async function dispensable(
  { before, currentId }: { before: KeySecret | undefined; currentId: string | undefined },
  { keys, access, ports }: { keys: readonly Key[]; access: Access; ports: KeyPorts },
  provider: IssuingProvider,
  ctx: RotationContext,
): Promise<{ key: Key; value?: KeySecret }[]> {
  const previousId = before && (await provider.identify(before, access));
  const old = keyBefore(provider, keys, previousId, currentId);
  const lost = keys.filter((key) => key.id !== currentId && key.id !== old?.id && isLost(key, keys, currentId, ctx));
  const gone: { key: Key; value?: KeySecret }[] = lost.map((key) => ({ key }));
  if (old === undefined || before === undefined) return gone;
  if (await isOwn(provider, old, before, ports, ctx)) return [...gone, { key: old, value: before }];
  ctx.log('the key of AWSPREVIOUS is not known to be of this secret, and stays', { key: old.id });
  return gone;
}

/** A rotation uses both keys itself. So a use of the one before counts from some time after its successor was made. */
function usesCountFrom(keys: readonly Key[], currentId: string | undefined): number {
  const current = keys.find(({ id }) => id === currentId);
  const age = current === undefined ? undefined : ageOf(current);
  return age === undefined ? 0 : Date.now() - age + LONGEST_ROTATION_MS;
}

function keyBefore(
  { unlisted }: IssuingProvider,
  keys: readonly Key[],
  id: string | undefined,
  currentId: string | undefined,
): Key | undefined {
  if (id === undefined || id === currentId) return undefined;
  return keys.find((key) => key.id === id) ?? (unlisted ? { id } : undefined);
}

async function revoke(provider: IssuingProvider, key: Key, access: Access, value?: KeySecret): Promise<void> {
  await provider.revoke(key.id, access, value && completed(value, access.ctx));
  access.ctx.log('a key was revoked', { provider: provider.name, key: key.id });
}

/** Nothing is revoked by the word of a current key that does not work itself. */
function needed(): Postponed {
  return {
    until: new Date(Date.now() + DAY),
    because: 'the current key is refused, so the one before may be all that works',
  };
}

/** May the invocation that issued it still be alive, and about to store it? */
function isFresh(key: Key, { timeLimitMs = LONGEST_INVOCATION_MS }: RotationContext): boolean {
  const age = ageOf(key);
  return age !== undefined && age < timeLimitMs;
}

/** Issued for this secret, and no version that counts has it; or of no use to anybody, for it has expired. */
function isLost(key: Key, keys: readonly Key[], currentId: string | undefined, ctx: RotationContext): boolean {
  if (isExpired(key)) return key.label === undefined || isOfSecret(key, ctx);
  if (isFresh(key, ctx)) return false;
  return key.label === undefined ? isUnclaimed(key, keys, currentId) : isOfSecret(key, ctx);
}

/**
 * Keys without names: nobody ever used it, and it is younger than the current one, as only a key can be whose value never got as
 * far as AWSCURRENT.
 */
function isUnclaimed(key: Key, keys: readonly Key[], currentId: string | undefined): boolean {
  const current = keys.find(({ id }) => id === currentId);
  if (key.lastUsed !== 'never' || key.createdAt === undefined || current?.createdAt === undefined) return false;
  return key.createdAt > current.createdAt;
}

async function storedByAnother(
  stored: () => Promise<KeySecret | undefined>,
  ctx: RotationContext,
): Promise<KeySecret | undefined> {
  // Nobody who began longer ago than that is alive.
  const pauses = (ctx.timeLimitMs ?? LONGEST_INVOCATION_MS) > 0 ? WAIT_FOR_OTHER : [];
  for (const pause of pauses) {
    await sleep(pause, undefined, { signal: ctx.signal }).catch(() => ctx.signal.throwIfAborted());
    const value = await stored();
    if (value !== undefined) return value;
  }
  return undefined;
}

function issuedElsewhere(provider: IssuingProvider, ctx: RotationContext): ProviderError {
  return new ProviderError(`a key of ${provider.name} was issued for this rotation a moment ago, and is not stored`, {
    code: 'KEY_ISSUED_ELSEWHERE',
    hint: `another delivery of this step may still run; a try in ${Math.ceil((ctx.timeLimitMs ?? LONGEST_INVOCATION_MS) / 1000)} s replaces the key`,
  });
}
