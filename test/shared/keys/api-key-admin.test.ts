/** Who may have a key made: whoever holds one of the account, with the admin secret of that place. */
import { describe, expect, it } from 'vitest';
import type { IssuingProvider } from '../../../shared/keys/provider.ts';
import { sendgrid } from '../../../shared/keys/vendors/sendgrid.ts';
import { wholeRotation } from '../../conformance/rotate.ts';
import { keyWorld } from '../../support/key-world.ts';
import { sendgridWorlds } from '../../support/sendgrid-worlds.ts';
import { labelled } from '../../support/store.ts';

const world = sendgridWorlds();

describe('who may ask for a key', () => {
  it('nobody who holds none: a made-up key beside the admin secret gets nothing', async () => {
    const here = await world();
    const made = { ...here.double.first, ...here.double.madeUp, masterarn: 'arn:admin' };
    const stranger = keyWorld(sendgrid, { ...here.double, first: made });

    await expect(wholeRotation(stranger)).rejects.toMatchObject({ code: 'AUTHENTICATION_REFUSED' });

    expect(here.double.live()).toHaveLength(1);
  });

  it('nobody whose key lives in another account', async () => {
    const here = await world();
    const elsewhere = await world();
    const mixed: IssuingProvider = { ...sendgrid, verify: async () => {} };
    const stranger = keyWorld(mixed, { ...here.double, first: elsewhere.double.first });

    await expect(wholeRotation(stranger)).rejects.toMatchObject({
      code: 'INVALID_SECRET',
      fact: expect.stringContaining('lives, and is none of those'),
    });

    expect(here.double.live()).toHaveLength(1);
  });
});

it('refuses an admin secret of another place', async () => {
  const here = await world();
  Object.assign(here.double.admin ?? {}, { region: 'eu' });
  const value = await labelled(here.store, 'AWSCURRENT');
  await here.store.putCurrent(JSON.stringify({ ...value, region: 'us' }));

  await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'TARGET_MISMATCH' });

  expect(here.double.calls).toEqual([]);
});
