/** The provider suite: a value is about one place. Part of `describeProvider`. */
import { expect, it } from 'vitest';
import type { AcceptingProvider, IssuingProvider } from '../../shared/keys/provider.ts';
import type { KeyWorld } from '../support/key-world.ts';
import { labelled } from '../support/store.ts';
import { openLabels, step } from './rotate.ts';

export function describePlaces(
  { sameTarget, sameHolder = [] }: IssuingProvider | AcceptingProvider,
  world: () => Promise<KeyWorld>,
): void {
  it('promotes no pending value that names another place than AWSCURRENT', async ({ skip }) => {
    const here = await world();
    const field = [...sameTarget, ...sameHolder].find((name) => here.double.first[name] !== undefined);
    if (field === undefined) return skip('the secret names no place');
    const token = await here.store.begin();
    const current = await labelled(here.store, 'AWSCURRENT');
    const pending = { ...current, ...here.double.madeUp, [field]: `${current?.[field]}0` };
    await here.store.versions.put(here.store.secretId, token, JSON.stringify(pending));
    const before = here.double.live();

    await expect(step(here, token, 'setSecret')).rejects.toMatchObject({
      code: 'TARGET_MISMATCH',
      message: expect.stringContaining(field),
    });

    expect(here.double.live()).toEqual(before);
    expect(await openLabels(here)).toEqual(['AWSCURRENT']);
    expect(here.double.calls).toEqual([]);
  });
}
