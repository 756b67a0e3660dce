/** On a live Redshift, or on its stand-in (test/support/redshift-server.ts), and the sandbox's Secrets Manager. */
import { afterAll } from 'vitest';
import { alternatingUsersStrategy } from '../../../../shared/databases/strategies/alternating-users.ts';
import { describeStrategy } from '../../../conformance/strategy.case.ts';
import { redshiftHouse } from '../../../support/redshift-world.ts';

const house = await redshiftHouse();
afterAll(() => house.close());

describeStrategy({
  name: 'alternating-users on Redshift',
  outage: 'none',
  logins: 4,
  crashes: 'matrix',
  world: () => {
    house.sandbox.faults.staleReads = 0;
    return house.world(alternatingUsersStrategy);
  },
  lag: (_world, reads) => {
    house.sandbox.faults.staleReads = reads;
  },
});
