/** On a live Redshift, or on its stand-in (test/support/redshift-server.ts), and the sandbox's Secrets Manager. */
import { afterAll } from 'vitest';
import { superuserSetStrategy } from '../../../../shared/databases/strategies/superuser-set.ts';
import { describeStrategy } from '../../../conformance/strategy.case.ts';
import { redshiftHouse } from '../../../support/redshift-world.ts';

const house = await redshiftHouse();
afterAll(() => house.close());

describeStrategy({
  name: 'superuser-set on Redshift',
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
