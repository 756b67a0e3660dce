/** On the server at MONGODB_URI or the stand-in for DocumentDB, and the sandbox's Secrets Manager. */
import { afterAll } from 'vitest';
import { superuserSetStrategy } from '../../../../shared/databases/strategies/superuser-set.ts';
import { documentDbHouse } from '../../../support/documentdb-world.ts';
import { describeStrategyIn } from '../../../support/strategy-in-house.ts';

const house = await documentDbHouse();
afterAll(() => house.close());

describeStrategyIn(house, superuserSetStrategy, {
  name: 'superuser-set on DocumentDB',
  outage: 'brief',
  logins: 3,
  crashes: 'matrix',
});
