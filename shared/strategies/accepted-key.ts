/** Keys whose value we make and the provider takes: stored first, so a value cannot be lost. */
import type { AcceptingProvider, KeySecret } from '../providers/provider.ts';
import type { RotationStrategy } from '../rotation/strategy.ts';
import { PENDING } from '../rotation/versions.ts';
import type { KeyPorts } from './key-access.ts';
import { accessAsKey, accessTo, accessToVerify, asAdmin, completed, requireSame } from './key-access.ts';
import { revokeChoice } from './revoke-choice.ts';
import { verified } from './verified-key.ts';

export function acceptedKeyStrategy(provider: AcceptingProvider, ports: KeyPorts): RotationStrategy<KeySecret> {
  const isBrief = provider.outage === 'brief';
  return {
    name: 'api-key',
    system: provider.name,
    schema: provider.schema,
    outage: provider.outage,
    cutover: isBrief ? 'set' : 'finish',

    async create({ current }, ctx) {
      revokeChoice(current, ctx);
      return provider.make(accessAsKey(current, ports, ctx));
    },

    async set({ pending, current, previous, forgotten }, ctx) {
      requireSame(provider, completed(pending, ctx), completed(current, ctx), PENDING);
      const access = await accessTo(provider, current, ports, ctx);
      const known = async () => {
        const before = await previous();
        return [...(before === undefined ? [] : [before]), ...(await Array.fromAsync(forgotten()))];
      };
      await asAdmin(access, () => provider.accept(pending, access, known));
      if (!isBrief) return { close: async () => {} };
      return {
        undo: () => asAdmin(access, () => provider.accept(current, access, known)),
        close: async () => {},
      };
    },

    test: async ({ pending, current }, ctx) =>
      verified(provider, completed(pending, ctx), await accessToVerify(provider, current, ports, ctx)),

    async settle({ current, previous }, ctx) {
      const { after } = revokeChoice(current, ctx);
      const isLeft = provider.revoke !== undefined && previous !== undefined;
      if (after !== undefined && isLeft) await ctx.later?.(new Date(Date.now() + after));
    },

    async revoke({ current, previous }, ctx) {
      const access = await accessTo(provider, current, ports, ctx);
      await asAdmin(access, async () => provider.revoke?.(previous, access));
      return undefined;
    },
  };
}
