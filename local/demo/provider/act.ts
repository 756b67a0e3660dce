import type { AcceptingProvider, IssuingProvider } from '../../../shared/keys/provider.ts';
import type { ProviderDouble } from '../../doubles/double.ts';
import { namesIn } from '../engine.ts';

/** What there is to show of a provider. */
export interface ProviderAct {
  readonly title: string;
  readonly provider: IssuingProvider | AcceptingProvider;
  /** The export of its bundle that rotates the key; named as the bundle when absent. */
  readonly handler?: string;
  start(): Promise<ProviderDouble>;
}

const folder = new URL('../providers/', import.meta.url);

export const providerNames = () => namesIn(folder);

export async function loadAct(name: string): Promise<ProviderAct> {
  const { act } = (await import(new URL(`${name}.ts`, folder).href)) as { act: ProviderAct };
  return act;
}
