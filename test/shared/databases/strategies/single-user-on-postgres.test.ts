/** On a real PostgreSQL server and the sandbox's Secrets Manager. */
import { afterAll, expect, it } from 'vitest';
import { singleUserStrategy } from '../../../../shared/databases/strategies/single-user.ts';
import { openLabels, step, wholeRotation } from '../../../conformance/rotate.ts';
import { postgresHouse } from '../../../support/postgres-world.ts';
import { labelled } from '../../../support/store.ts';
import { describeStrategyIn } from '../../../support/strategy-in-house.ts';

const house = await postgresHouse();
afterAll(() => house.close());

describeStrategyIn(house, singleUserStrategy, {
  name: 'single-user on PostgreSQL',
  outage: 'brief',
  logins: 2,
  crashes: 'sample',
});

it('two deliveries of setSecret at once end quietly, also where the account has few connections', async () => {
  house.sandbox.faults.staleReads = 0;
  const outcomes: string[] = [];
  const open: boolean[] = [];

  for (let round = 0; round < 10; round++) {
    const world = await house.world(singleUserStrategy);
    const token = await world.store.begin();
    await step(world, token, 'createSecret');
    const value = JSON.parse(String(await world.store.valueOf(token)));
    await house.sql(`ALTER ROLE ${value.username} CONNECTION LIMIT 3`);
    const deliveries = [0, 1].map(() =>
      step(world, token, 'setSecret').then(
        () => 'ok',
        (error) => error.code,
      ),
    );
    outcomes.push(...(await Promise.all(deliveries)));
    open.push((await openLabels(world)).includes('AWSCURRENT'));
  }

  expect(open).toEqual(Array(10).fill(true));
  expect(outcomes).toEqual(Array(20).fill('ok'));
});

it('a password that was stored with a line break at its end is found without it', async () => {
  const world = await house.world(singleUserStrategy);
  const value = await labelled(world.store, 'AWSCURRENT');
  await world.store.putCurrent(JSON.stringify({ ...value, password: `${value?.password}\n` }));
  const before = await openLabels(world);

  await wholeRotation(world);

  expect(before).not.toContain('AWSCURRENT');
  expect(await openLabels(world)).toContain('AWSCURRENT');
});
