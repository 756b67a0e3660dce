/** On the server at MONGODB_URI or the stand-in for DocumentDB, and the sandbox's Secrets Manager. */
import { afterAll } from 'vitest';
import { alternatingUsersStrategy } from '../../../../shared/databases/strategies/alternating-users.ts';
import { documentDbHouse } from '../../../support/documentdb-world.ts';
import { describeStrategyIn } from '../../../support/strategy-in-house.ts';

const house = await documentDbHouse();
afterAll(() => house.close());

describeStrategyIn(house, alternatingUsersStrategy, {
  name: 'alternating-users on DocumentDB',
  outage: 'none',
  logins: 4,
  crashes: 'matrix',
});
