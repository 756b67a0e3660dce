/** The provider suite: a configuration check looks at what a rotation will need, and makes and revokes nothing. */
import { expect, it, vi } from 'vitest';
import { InvalidSecretError } from '../../shared/rotation/errors.ts';
import type { KeyWorld } from '../support/key-world.ts';
import { byLabel } from '../support/store.ts';
import { configurationCheck, openLabels, wholeRotation } from './rotate.ts';

const HOUR = 3_600_000;

export function describeChecks(world: () => Promise<KeyWorld>): void {
  it('passes a configuration check, in which no key is made or revoked', async () => {
    const here = await world();
    await wholeRotation(here);
    const before = here.double.live();

    const { reports } = await configurationCheck(here);

    expect(reports).toEqual(['checked']);
    expect(here.double.live()).toEqual(before);
    expect(await openLabels(here)).toContain('AWSCURRENT');
  });

  it('uses no previous key in a configuration check, which the rotation after it would find in use', async () => {
    const here = await world();
    await wholeRotation(here);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60 * HOUR });

    await configurationCheck(here);
    await here.store.abandon();
    vi.setSystemTime(Date.now() + 2 * HOUR);
    const { token } = await wholeRotation(here);

    expect((await byLabel(here.store)).AWSCURRENT).toBe(token);
  });

  it('finds in a configuration check that the admin secret is gone', async ({ skip }) => {
    const here = await world();
    skip(here.double.admin === undefined, 'no other credential manages the key');
    here.admins.adminFor = () => Promise.reject(new InvalidSecretError('it is gone', { hint: 'restore it' }));

    await expect(configurationCheck(here)).rejects.toThrow('it is gone');
  });
}
