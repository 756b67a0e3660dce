/** One secret with a provider's key, in memory, and a double of the provider. */
import type { ProviderDouble } from '../../local/doubles/double.ts';
import { acceptedKeyStrategy } from '../../shared/keys/accepted.ts';
import type { AdminSource } from '../../shared/keys/access.ts';
import { nodeTransport, type Transport } from '../../shared/keys/api/transport.ts';
import { issuedKeyStrategy } from '../../shared/keys/issued.ts';
import type { AcceptingProvider, IssuingProvider, KeySecret } from '../../shared/keys/provider.ts';
import type { RotationContext } from '../../shared/rotation/strategy.ts';
import type { StrategyWorld } from '../conformance/world.ts';
import { timelessContext } from './context.ts';
import { recorded } from './exchanges.ts';
import type { MemoryStore } from './memory-store.ts';
import { memoryStore } from './memory-store.ts';

export interface KeyWorld extends StrategyWorld<KeySecret> {
  readonly store: MemoryStore;
  readonly double: ProviderDouble;
  readonly admins: AdminSource;
}

/** A fixed name, so that labels tell one secret from another as they do at AWS. */
let made = 0;

export function keyWorld(
  provider: IssuingProvider | AcceptingProvider,
  double: ProviderDouble,
  given: Partial<RotationContext> = {},
  /** Between the provider and the double. */
  through: (transport: Transport) => Transport = (transport) => transport,
): KeyWorld {
  const { admin, first } = double;
  const value = admin === undefined ? first : { ...first, masterarn: 'arn:admin' };
  const store = Object.assign(memoryStore(JSON.stringify(value)), { secretId: `memory/key-${made++}` });
  const admins: AdminSource = {
    adminFor: async (masterarn, schema, ctx) => {
      const parsed = schema.parse(JSON.stringify(admin ?? {}), `the admin secret ${masterarn}`);
      ctx.redact.add(...schema.confidential(parsed));
      return parsed;
    },
    ownerOf: async () => undefined,
  };
  return {
    store,
    double,
    admins,
    strategy(plan) {
      const ports = { admins, transport: plan.transport(through(recorded(nodeTransport, double))) };
      return 'issue' in provider ? issuedKeyStrategy(provider, ports) : acceptedKeyStrategy(provider, ports);
    },
    // A repeat comes when nothing of the try before it can be alive any more, unless a test says otherwise.
    context: (step) => timelessContext({ timeLimitMs: 0, providerEndpoint: double.url, ...given, ...step }),
    opens: async (secret) => double.opens(secret),
  };
}
