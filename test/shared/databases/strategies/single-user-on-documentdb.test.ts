/** On the server at MONGODB_URI or the stand-in for DocumentDB, and the sandbox's Secrets Manager. */
import { afterAll } from 'vitest';
import { singleUserStrategy } from '../../../../shared/databases/strategies/single-user.ts';
import { documentDbHouse } from '../../../support/documentdb-world.ts';
import { describeStrategyIn } from '../../../support/strategy-in-house.ts';

const house = await documentDbHouse();
afterAll(() => house.close());

describeStrategyIn(house, singleUserStrategy, {
  name: 'single-user on DocumentDB',
  outage: 'brief',
  logins: 2,
  crashes: 'matrix',
});
