/** On a real PostgreSQL server and the sandbox's Secrets Manager. */
import { afterAll } from 'vitest';
import { superuserSetStrategy } from '../../../../shared/databases/strategies/superuser-set.ts';
import { describeStrategy } from '../../../conformance/strategy.case.ts';
import { postgresHouse } from '../../../support/postgres-world.ts';

const house = await postgresHouse();
afterAll(() => house.close());

describeStrategy({
  name: 'superuser-set on PostgreSQL',
  outage: 'brief',
  logins: 3,
  crashes: 'matrix',
  world: () => {
    house.sandbox.faults.staleReads = 0;
    return house.world(superuserSetStrategy);
  },
  lag: (_world, reads) => {
    house.sandbox.faults.staleReads = reads;
  },
});
