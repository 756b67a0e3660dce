/** Keys that the provider makes: issue, verify, promote; the previous key keeps working until it is revoked. */

import { InvalidSecretError, ProviderError, type RotationError } from '../rotation/errors.ts';
import { DAY, LONGEST_INVOCATION_MS, patiently } from '../rotation/pause.ts';
import { NEXT_ROTATION_ENDS_IT, revokeChoice } from '../rotation/revoke-choice.ts';
import type { RotationContext, RotationStrategy } from '../rotation/strategy.ts';
import { PENDING } from '../rotation/versions.ts';
import {
  accessTo,
  accessToVerify,
  asAdmin,
  CURRENT_REFUSED,
  completed,
  elsewhere,
  type KeyPorts,
  requireSame,
  unproven,
  verified,
} from './access.ts';
import { unusableAnswer } from './api/read.ts';
import { keyTold, limitReached } from './key-limit.ts';
import { newLabel } from './labels.ts';
import { type Plan, type PlanChoice, plan } from './plan.ts';
import type { Access, IssuingProvider, Key, KeySecret } from './provider.ts';
import { look } from './snapshot.ts';

/** For so long a repeat waits for the delivery that may be about to store what it issued. Milliseconds. */
const WAIT_FOR_OTHER = [200, 400, 800, 1600];

export function issuedKeyStrategy<S extends KeySecret, A extends KeySecret>(
  provider: IssuingProvider<S, A>,
  ports: KeyPorts,
): RotationStrategy<S> {
  async function judged(
    choice: PlanChoice,
    access: Access<S, A>,
    current: S,
    previous: S | undefined,
    untried = false,
  ): Promise<Judgement> {
    let { snapshot, answers } = await look(provider, ports, access, current, previous, untried);
    let judgement = plan(snapshot, choice, Date.now());
    while (judgement.is === 'unknown') {
      snapshot = { ...snapshot, [judgement.what]: await answers[judgement.what]() };
      judgement = plan(snapshot, choice, Date.now());
    }
    if (judgement.is === 'unproven' && snapshot.currentOpens) throw elsewhere(provider, access.ctx);
    return judgement;
  }

  /** Looks, judges, and revokes what may go. Whatever else the judgement says is the caller's to deal with. */
  async function cleared(...[choice, access, current, previous]: Parameters<typeof judged>): Promise<Judgement> {
    const { ctx } = access;
    const judgement = await judged(choice, access, current, previous);
    if (judgement.is !== 'clear') return judgement;
    const { revoke, stays } = judgement;
    if (stays) ctx.log('the key of AWSPREVIOUS is not known to be of this secret, and stays', { key: stays.id });
    for (const { id } of revoke) {
      await provider.revoke(id, access, previous && completed(previous, ctx));
      ctx.log('a key was revoked', { provider: provider.name, key: id });
    }
    return judgement;
  }

  return {
    name: 'api-key',
    system: provider.name,
    schema: provider.schema,
    readsTags: true,
    ...(provider.together && { together: provider.together }),
    outage: 'none',
    cutover: 'finish',

    async create({ current, previous, stored }, ctx) {
      const early = await stored();
      if (early !== undefined) return early;
      const { after, quietFor } = revokeChoice(current, ctx);
      requireGrace(after, provider, ctx);
      const access = await accessTo(provider, current, ports, ctx);
      return asAdmin(access, async () => {
        const judgement = await cleared({ errand: 'issue', quietFor }, access, current, await previous());
        const theirs = judgement.is === 'wait' ? await storedByAnother(stored, ctx) : undefined;
        if (theirs !== undefined) return theirs;
        if (judgement.is !== 'clear') throw refusal(judgement, provider, access);
        const label = newLabel(ctx, Date.now());
        const pending = await provider.issue(label, access, judgement.left, () => storedByAnother(stored, ctx));
        ctx.redact.add(...provider.schema.confidential(pending));
        requireAnother(provider, pending, access.current);
        ctx.log('a key was issued', { provider: provider.name });
        return pending;
      });
    },

    async set({ pending, current }, ctx) {
      revokeChoice(current, ctx);
      requireSame(provider, completed(pending, ctx), completed(current, ctx), PENDING);
      return { close: async () => {} };
    },

    test: async ({ pending, current }, ctx) =>
      verified(provider, completed(pending, ctx), await accessToVerify(provider, current, ports, ctx)),

    async check({ current, previous }, ctx) {
      ctx.looksAt?.('provider');
      const { after, quietFor } = revokeChoice(current, ctx);
      requireGrace(after, provider, ctx);
      const access = await accessTo(provider, current, ports, ctx);
      await asAdmin(access, async () => {
        // A use of the previous key would keep the next rotation from revoking it.
        const judgement = await judged({ errand: 'issue', quietFor }, access, current, await previous(), true);
        if (PASSES.includes(judgement.is)) ctx.log('what keeps a key from being made now passes', { is: judgement.is });
        else if (judgement.is !== 'clear') throw refusal(judgement, provider, access);
        else await provider.check?.(access, judgement.revoke);
      });
    },

    async settle({ current, previous }, ctx) {
      const { after } = revokeChoice(current, ctx);
      if (after !== undefined && previous !== undefined) await ctx.later?.(new Date(Date.now() + after));
    },

    async revoke({ current, previous }, ctx) {
      const { after, quietFor } = revokeChoice(current, ctx);
      if (after === undefined) return { because: NEXT_ROTATION_ENDS_IT };
      const access = await accessTo(provider, current, ports, ctx);
      return asAdmin(access, async () => {
        const judgement = await cleared({ errand: 'revoke', quietFor }, access, current, previous);
        if (judgement.is === 'clear') return undefined;
        if (judgement.is === 'not ours')
          return { because: 'nothing tells that the key of AWSPREVIOUS is of this secret' };
        if (judgement.is === 'in use') return { until: judgement.until, because: `key ${keyTold(judgement.key)}` };
        if (judgement.is === 'current refused') return { until: judgement.until, because: CURRENT_REFUSED };
        throw refusal(judgement, provider, access);
      });
    },
  };
}

/** By the time of the next rotation it is another. */
const PASSES: readonly Judgement['is'][] = ['wait', 'in use'];

type Judgement = Exclude<Plan, { is: 'unknown' }>;

async function storedByAnother<S extends KeySecret>(
  stored: () => Promise<S | undefined>,
  { pause, timeLimitMs = LONGEST_INVOCATION_MS }: RotationContext,
): Promise<S | undefined> {
  // Nobody who began longer ago than that is alive.
  if (timeLimitMs <= 0) return undefined;
  return patiently(stored, (value) => value !== undefined, WAIT_FOR_OTHER, pause);
}

/** Nobody may count on a grace time that the provider does not keep. */
function requireGrace(after: number | undefined, provider: IssuingProvider, ctx: RotationContext): void {
  const { longestGraceMs: longest } = provider;
  if (after === undefined || longest === undefined || after <= longest) return;
  const days = Math.floor(longest / DAY);
  throw new InvalidSecretError(
    `revoke-after of ${ctx.secretId} is longer than ${days} days, after which ${provider.name} ends the previous one by itself`,
    { hint: `choose next-rotation, or a time up to ${days}d` },
  );
}

/** A provider that gives the current key once more has made none, and revoking the previous one would end the current one. */
function requireAnother<S extends KeySecret, A extends KeySecret>(
  { name, schema, together, own = together }: IssuingProvider<S, A>,
  pending: S,
  current: S,
): void {
  const [made, known] = [pending, current].map((value) => schema.confidential(value).join('\n'));
  const isSame = own === undefined ? made === known : own.some((field) => pending[field] === current[field]);
  if (isSame) throw unusableAnswer(`${name} gave the current key for a new one`);
}

/** What keeps another key from being made. */
function refusal(judgement: Judgement, provider: IssuingProvider, { ctx, current }: Access): RotationError {
  switch (judgement.is) {
    case 'wait':
      return issuedElsewhere(provider, ctx);
    case 'in use':
      return inUse(judgement.key, provider, ctx);
    case 'admins':
      return ofTheAdmin(judgement.key);
    case 'full':
      return limitReached(provider, judgement.left, current);
    default:
      return unproven(provider, ctx);
  }
}

function issuedElsewhere(provider: IssuingProvider, { timeLimitMs = LONGEST_INVOCATION_MS }: RotationContext) {
  return new ProviderError(`a key of ${provider.name} was issued for this rotation a moment ago, and is not stored`, {
    code: 'KEY_ISSUED_ELSEWHERE',
    hint: `another delivery of this step may still run; a try in ${Math.ceil(timeLimitMs / 1000)} s replaces the key`,
  });
}

function inUse(key: Key, provider: IssuingProvider, { secretId }: RotationContext): ProviderError {
  return new ProviderError(`key ${keyTold(key)} at ${provider.name}, and is the one that this rotation would revoke`, {
    code: 'KEY_IN_USE',
    retryable: false,
    hint: `find its user and let it read AWSCURRENT; or tag ${secretId} with rekey:quiet-for=0h and rotate again`,
  });
}

function ofTheAdmin({ id }: Key): InvalidSecretError {
  return new InvalidSecretError(`key ${id}, which would be revoked, is the one of the admin secret`, {
    hint: 'give the admin secret a key of its own; if AWSPREVIOUS is wrong, store the value of AWSCURRENT once more with put-secret-value',
  });
}
