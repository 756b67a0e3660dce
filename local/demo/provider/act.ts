import { readdirSync } from 'node:fs';
import type { AcceptingProvider, IssuingProvider } from '../../../shared/keys/provider.ts';
import type { ProviderDouble } from '../../doubles/double.ts';

/** What there is to show of a provider. */
export interface ProviderAct {
  readonly title: string;
  readonly provider: IssuingProvider | AcceptingProvider;
  /** The export of its bundle that rotates the key; named as the bundle when absent. */
  readonly handler?: string;
  start(): Promise<ProviderDouble>;
}

const folder = new URL('../providers/', import.meta.url);

/** Each file in providers/ is one; there is no other list. */
export function providerNames(): string[] {
  return readdirSync(folder)
    .map((file) => file.replace(/\.ts$/, ''))
    .sort();
}

export async function loadAct(name: string): Promise<ProviderAct> {
  const { act } = (await import(new URL(`${name}.ts`, folder).href)) as { act: ProviderAct };
  return act;
}
