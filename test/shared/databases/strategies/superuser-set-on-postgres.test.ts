/** On a real PostgreSQL server and the sandbox's Secrets Manager. */
import { afterAll } from 'vitest';
import { superuserSetStrategy } from '../../../../shared/databases/strategies/superuser-set.ts';
import { postgresHouse } from '../../../support/postgres-world.ts';
import { describeStrategyIn } from '../../../support/strategy-in-house.ts';

const house = await postgresHouse();
afterAll(() => house.close());

describeStrategyIn(house, superuserSetStrategy, {
  name: 'superuser-set on PostgreSQL',
  outage: 'brief',
  logins: 3,
  crashes: 'sample',
});
