/** Keys whose value we make and the provider takes: stored first, so a value cannot be lost. */

import { NEXT_ROTATION_ENDS_IT, revokeChoice } from '../rotation/revoke-choice.ts';
import type { RotationContext, RotationStrategy } from '../rotation/strategy.ts';
import { sameCredential } from '../rotation/values.ts';
import { PENDING } from '../rotation/versions.ts';
import type { KeyPorts } from './access.ts';
import {
  accessAsKey,
  accessTo,
  accessToVerify,
  asAdmin,
  CURRENT_REFUSED,
  completed,
  isForSame,
  keyOpens,
  requireSame,
  unproven,
  verified,
} from './access.ts';
import type { AcceptingProvider, KeySecret } from './provider.ts';

export function acceptedKeyStrategy<S extends KeySecret, A extends KeySecret>(
  provider: AcceptingProvider<S, A>,
  ports: KeyPorts,
): RotationStrategy<S> {
  const isBrief = provider.outage === 'brief';
  /** Whoever writes a secret must hold what it is about, before an admin credential acts on its word. */
  const holdsKey = async (values: readonly S[], ctx: RotationContext) => {
    for (const value of values) if (await keyOpens(provider, value, ports, ctx)) return true;
    return false;
  };
  /** What the secret ever had besides AWSCURRENT, of the same account and holder. */
  const olderThan = async (
    current: S,
    { previous, forgotten }: { previous(): Promise<S | undefined>; forgotten(): AsyncIterable<S> },
  ) => {
    const previousValue = await previous();
    const known = [...(previousValue === undefined ? [] : [previousValue]), ...(await Array.fromAsync(forgotten()))];
    return known.filter((value) => isForSame(provider, value, current));
  };
  /** Nobody waits at the provider, and a rotation may have begun meanwhile: it is done when what AWSCURRENT names at the end opens. */
  const madeToOpen = async (value: S, ctx: RotationContext, named: () => Promise<S>): Promise<void> => {
    if (await keyOpens(provider, value, ports, ctx)) return;
    if (sameCredential(provider.schema, await named(), value)) {
      const access = await accessTo(provider, value, ports, ctx);
      await asAdmin(access, () => provider.accept(value, access, async () => []));
    }
    const now = await named();
    if (!sameCredential(provider.schema, now, value) && isForSame(provider, now, value))
      await madeToOpen(now, ctx, named);
  };
  return {
    name: 'api-key',
    system: provider.name,
    schema: provider.schema,
    readsTags: true,
    outage: provider.outage,
    cutover: isBrief ? 'set' : 'finish',

    async create({ current }, ctx) {
      revokeChoice(current, ctx);
      return provider.make(accessAsKey(current, ports, ctx));
    },

    async set({ pending, current, ...older }, ctx) {
      revokeChoice(current, ctx);
      requireSame(provider, completed(pending, ctx), completed(current, ctx), PENDING);
      const access = await accessTo(provider, current, ports, ctx);
      const ofSame = () => olderThan(current, older);
      const isHeld = (await holdsKey([current, pending], ctx)) || (await holdsKey(await ofSame(), ctx));
      if (!isHeld) throw unproven(provider, ctx);
      await asAdmin(access, () => provider.accept(pending, access, ofSame));
      if (!isBrief) return { close: async () => {} };
      return {
        undo: () => asAdmin(access, () => provider.accept(current, access, ofSame)),
        reopens: () => keyOpens(provider, current, ports, ctx).catch(() => false),
        close: async () => {},
      };
    },

    test: async ({ pending, current }, ctx) =>
      verified(provider, completed(pending, ctx), await accessToVerify(provider, current, ports, ctx)),

    async check({ current, ...older }, ctx) {
      ctx.looksAt?.('provider');
      revokeChoice(current, ctx);
      provider.make(accessAsKey(current, ports, ctx));
      const access = await accessTo(provider, current, ports, ctx);
      await asAdmin(access, async () => provider.check?.(access, () => olderThan(current, older)));
    },

    async settle({ current, previous }, ctx, named) {
      const { after } = revokeChoice(current, ctx);
      const isLeft = provider.revoke !== undefined && previous !== undefined;
      if (after !== undefined && isLeft) await ctx.later?.(new Date(Date.now() + after));
      // Another delivery of setSecret may have put the previous value back, when its own proof failed.
      if (isBrief) await madeToOpen(current, ctx, named);
    },

    async revoke({ current, previous }, ctx) {
      if (provider.revoke === undefined) return { because: `${provider.name} has none that could be ended by itself` };
      if (revokeChoice(current, ctx).after === undefined) return { because: NEXT_ROTATION_ENDS_IT };
      if (!(await keyOpens(provider, current, ports, ctx))) return { because: CURRENT_REFUSED };
      const access = await accessTo(provider, current, ports, ctx);
      await asAdmin(access, async () => provider.revoke?.(previous, access));
      return undefined;
    },
  };
}
