/** On a live Redshift, or on its stand-in (test/support/redshift-server.ts), and the sandbox's Secrets Manager. */
import { afterAll } from 'vitest';
import { singleUserStrategy } from '../../../../shared/databases/strategies/single-user.ts';
import { describeStrategy } from '../../../conformance/strategy.case.ts';
import { redshiftHouse } from '../../../support/redshift-world.ts';

const house = await redshiftHouse();
afterAll(() => house.close());

describeStrategy({
  name: 'single-user on Redshift',
  outage: 'brief',
  logins: 2,
  crashes: 'matrix',
  world: () => {
    house.sandbox.faults.staleReads = 0;
    return house.world(singleUserStrategy);
  },
  lag: (_world, reads) => {
    house.sandbox.faults.staleReads = reads;
  },
});
