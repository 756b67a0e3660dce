import { expect, it } from 'vitest';
import { alternatingUsersStrategy } from '../../../shared/strategies/alternating-users.ts';
import { step, wholeRotation } from '../../conformance/rotate.ts';
import { describeStrategy } from '../../conformance/strategy.case.ts';
import { memoryWorld } from '../../support/memory-world.ts';
import { byLabel, labelled } from '../../support/store.ts';

const world = () => memoryWorld(alternatingUsersStrategy);

describeStrategy({
  name: 'alternating-users in memory',
  outage: 'none',
  logins: 4,
  world: async () => world(),
  lag: ({ store }, reads) => Object.assign(store, { lag: reads }),
});

it('alternating users take turns, and the one before keeps its password', async () => {
  const here = world();

  await wholeRotation(here);
  const first = await labelled(here.store, 'AWSCURRENT');
  await wholeRotation(here);
  const second = await labelled(here.store, 'AWSCURRENT');

  expect([first?.username, second?.username]).toEqual(['app_clone', 'app']);
  expect(await here.opens(first as never)).toBe(true);
});

it('alternating users are not promoted when the two may do different things, and the difference is named', async () => {
  const here = world();
  const token = await here.store.begin();
  await step(here, token, 'createSecret');
  const before = await byLabel(here.store);
  const differing = {
    ...here,
    strategy: (plan: never) => {
      const strategy = here.strategy(plan);
      return {
        ...strategy,
        async set(...args: Parameters<typeof strategy.set>) {
          const change = await strategy.set(...args);
          here.server.users.get('app_clone')?.rights.add('drop orders');
          here.server.users.get('app_clone')?.rights.delete('read orders');
          return change;
        },
      };
    },
  };

  const refused = step(differing, token, 'setSecret');

  await expect(refused).rejects.toMatchObject({
    code: 'PRIVILEGES_DIFFER',
    fact: expect.stringContaining('missing read orders; surplus drop orders'),
  });
  expect((await byLabel(here.store)).AWSCURRENT).toBe(before.AWSCURRENT);
});

it('alternating users: a superuser that is refused is a PermissionError that names its secret', async () => {
  const here = world();
  await here.setPassword('root', 'changed');

  await expect(wholeRotation(here)).rejects.toMatchObject({
    name: 'PermissionError',
    hint: expect.stringContaining('masterarn'),
  });
});
