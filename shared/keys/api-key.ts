/** Third-party API keys. Each provider's page says which of the two ways its keys go: docs/providers. */

import type { RotationStrategy } from '../rotation/strategy.ts';
import { acceptedKeyStrategy } from './accepted.ts';
import type { KeyPorts } from './access.ts';
import { issuedKeyStrategy } from './issued.ts';
import type { AcceptingProvider, IssuingProvider, KeySecret } from './provider.ts';

export function apiKeyStrategy<S extends KeySecret, A extends KeySecret>(
  provider: IssuingProvider<S, A> | AcceptingProvider<S, A>,
  ports: KeyPorts,
): RotationStrategy<S> {
  return 'issue' in provider ? issuedKeyStrategy(provider, ports) : acceptedKeyStrategy(provider, ports);
}
