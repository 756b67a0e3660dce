import { readdirSync } from 'node:fs';

/** Providers that have something to show. Apart from the demonstration itself, which takes its time to load. */
export function providerNames(): string[] {
  return readdirSync(new URL('../providers', import.meta.url))
    .map((file) => file.replace(/\.ts$/, ''))
    .sort();
}
