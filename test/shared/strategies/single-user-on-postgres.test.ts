/** On a real PostgreSQL server and the sandbox's Secrets Manager. */
import { afterAll } from 'vitest';
import { singleUserStrategy } from '../../../shared/strategies/single-user.ts';
import { describeStrategy } from '../../conformance/strategy.case.ts';
import { postgresHouse } from '../../support/postgres-world.ts';

const house = await postgresHouse();
afterAll(() => house.close());

describeStrategy({
  name: 'single-user on PostgreSQL',
  outage: 'brief',
  logins: 2,
  firstTurns: 'one',
  world: () => {
    house.sandbox.faults.staleReads = 0;
    return house.world(singleUserStrategy);
  },
  lag: (_world, reads) => {
    house.sandbox.faults.staleReads = reads;
  },
});
