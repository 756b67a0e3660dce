/** On a real PostgreSQL server and the sandbox's Secrets Manager. */
import { afterAll } from 'vitest';
import { alternatingUsersStrategy } from '../../../../shared/databases/strategies/alternating-users.ts';
import { describeStrategy } from '../../../conformance/strategy.case.ts';
import { postgresHouse } from '../../../support/postgres-world.ts';

const house = await postgresHouse();
afterAll(() => house.close());

describeStrategy({
  name: 'alternating-users on PostgreSQL',
  outage: 'none',
  logins: 4,
  crashes: 'few',
  world: () => {
    house.sandbox.faults.staleReads = 0;
    return house.world(alternatingUsersStrategy);
  },
  lag: (_world, reads) => {
    house.sandbox.faults.staleReads = reads;
  },
});
