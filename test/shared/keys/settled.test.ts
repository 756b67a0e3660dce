/** After a promotion, where a provider has one value and no lock: which value is put in force, and which is somebody else's. */
import { afterEach, expect, it } from 'vitest';
import { type Auth0Double, startAuth0 } from '../../../local/doubles/auth0.ts';
import type { AcceptingProvider } from '../../../shared/keys/provider.ts';
import { auth0 } from '../../../shared/keys/vendors/auth0.ts';
import { crashPlan } from '../../conformance/crash.ts';
import { keyWorld } from '../../support/key-world.ts';
import { labelled } from '../../support/store.ts';

const doubles: Auth0Double[] = [];
afterEach(async () => {
  await Promise.all(doubles.splice(0).map((double) => double.close()));
});

/** `refused` is ours and dead. AWSCURRENT names these values, one after the other, and the last one from then on. */
async function settled(named: (refused: Record<string, unknown>) => Record<string, unknown>[]) {
  const double = await startAuth0();
  doubles.push(double);
  const accepted: unknown[] = [];
  const provider = {
    ...auth0,
    accept: async ({ client_id, client_secret }: Record<string, unknown>) =>
      void accepted.push([client_id, client_secret]),
  } as unknown as AcceptingProvider;
  const here = keyWorld(provider, double);
  const current = { ...(await labelled(here.store, 'AWSCURRENT')), client_secret: 'dead' } as Record<string, unknown>;
  const names = named(current);
  const read = async () => (names.length > 1 ? names.shift() : names[0]);
  await here.strategy(crashPlan()).settle?.({ current } as never, here.context({}) as never, read as never);
  return { accepted, id: current.client_id };
}

it('a value that is named still, and is refused, is put in force', async () => {
  const { accepted, id } = await settled((refused) => [refused]);

  expect(accepted).toEqual([[id, 'dead']]);
});

it('a value that is named no more is not', async () => {
  const { accepted, id } = await settled((refused) => [{ ...refused, client_secret: 'next' }]);

  expect(accepted).toEqual([[id, 'next']]);
});

it('a value that took its place meanwhile is put in force after it', async () => {
  const { accepted, id } = await settled((refused) => [refused, { ...refused, client_secret: 'next' }]);

  expect(accepted).toEqual([
    [id, 'dead'],
    [id, 'next'],
  ]);
});

it('a value for another client is left to its own rotation', async () => {
  const { accepted } = await settled((refused) => [{ ...refused, client_id: 'other', client_secret: 'next' }]);

  expect(accepted).toEqual([]);
});
