/** On the server at MONGODB_URI or the stand-in for DocumentDB, and the sandbox's Secrets Manager. */
import { afterAll } from 'vitest';
import { alternatingUsersStrategy } from '../../../../shared/databases/strategies/alternating-users.ts';
import { describeStrategy } from '../../../conformance/strategy.case.ts';
import { documentDbHouse } from '../../../support/documentdb-world.ts';

const house = await documentDbHouse();
afterAll(() => house.close());

describeStrategy({
  name: 'alternating-users on DocumentDB',
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
