/** On the server at MONGODB_URI or the stand-in for DocumentDB, and the sandbox's Secrets Manager. */
import { afterAll } from 'vitest';
import { singleUserStrategy } from '../../../../shared/databases/strategies/single-user.ts';
import { describeStrategy } from '../../../conformance/strategy.case.ts';
import { documentDbHouse } from '../../../support/documentdb-world.ts';

const house = await documentDbHouse();
afterAll(() => house.close());

describeStrategy({
  name: 'single-user on DocumentDB',
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
