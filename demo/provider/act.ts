import type { ProviderDouble } from '../../local/doubles/double.ts';
import type { AcceptingProvider, IssuingProvider } from '../../shared/keys/provider.ts';
import { shownIn } from '../engine.ts';

/** What there is to show of a provider. */
export interface ProviderAct {
  readonly title: string;
  readonly provider: IssuingProvider | AcceptingProvider;
  /** The export of its bundle that rotates the key; named as the bundle when absent. */
  readonly handler?: string;
  start(): Promise<ProviderDouble>;
}

export const { names: providerNames, load: loadAct } = shownIn<ProviderAct>(
  new URL('../providers/', import.meta.url),
  'act',
);
