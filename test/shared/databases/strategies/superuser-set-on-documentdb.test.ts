/** On the server at MONGODB_URI or the stand-in for DocumentDB, and the sandbox's Secrets Manager. */
import { afterAll } from 'vitest';
import { superuserSetStrategy } from '../../../../shared/databases/strategies/superuser-set.ts';
import { describeStrategy } from '../../../conformance/strategy.case.ts';
import { documentDbHouse } from '../../../support/documentdb-world.ts';

const house = await documentDbHouse();
afterAll(() => house.close());

describeStrategy({
  name: 'superuser-set on DocumentDB',
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
