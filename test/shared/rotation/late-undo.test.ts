/** Two deliveries of setSecret at once: one is about to take its change back, and the other finds the new value in force. */
import { describe, expect, it } from 'vitest';
import { singleUserStrategy } from '../../../shared/databases/strategies/single-user.ts';
import { superuserSetStrategy } from '../../../shared/databases/strategies/superuser-set.ts';
import { ServiceError } from '../../../shared/rotation/errors.ts';
import { openLabels, step } from '../../conformance/rotate.ts';
import { changed, memoryWorld } from '../../support/memory-world.ts';
import { byLabel } from '../../support/store.ts';

const blip = () => new ServiceError('the connection ended', { hint: 'repeat it' });

describe.each([
  ['single-user', singleUserStrategy],
  ['superuser-set', superuserSetStrategy],
] as const)('%s', (_name, strategy) => {
  it('promotes nothing that another delivery is about to take back', async () => {
    const here = memoryWorld(strategy);
    here.server.locks = new Map();
    const token = await here.store.begin();
    await step(here, token, 'createSecret');
    const secondIsThere = Promise.withResolvers<void>();
    const firstHasSet = Promise.withResolvers<void>();
    const first = changed(here, () => ({
      async test() {
        firstHasSet.resolve();
        await secondIsThere.promise;
        throw blip();
      },
    }));
    const { promote } = here.store.versions;

    const taken = step(first, token, 'setSecret').catch((error: unknown) => error);
    await firstHasSet.promise;
    // Between its proof and its promotion the other one takes the change back, if nothing keeps it waiting.
    here.store.versions.promote = async (...args) => {
      secondIsThere.resolve();
      await taken;
      return promote(...args);
    };
    const late = step(here, token, 'setSecret').catch((error: unknown) => error);
    setTimeout(secondIsThere.resolve, 50);
    expect(await taken).toBeInstanceOf(ServiceError);
    await late;

    expect(await openLabels(here)).toContain('AWSCURRENT');
    here.store.versions.promote = promote;
    for (const each of ['setSecret', 'testSecret', 'finishSecret']) await step(here, token, each);
    expect((await byLabel(here.store)).AWSCURRENT).toBe(token);
    expect(await openLabels(here)).toContain('AWSCURRENT');
    expect([here.server.open, [...(here.server.locks?.keys() ?? [])]]).toEqual([[], []]);
  });
});
