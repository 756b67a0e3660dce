/** On a real PostgreSQL server and the sandbox's Secrets Manager. */
import { afterAll } from 'vitest';
import { alternatingUsersStrategy } from '../../../../shared/databases/strategies/alternating-users.ts';
import { postgresHouse } from '../../../support/postgres-world.ts';
import { describeStrategyIn } from '../../../support/strategy-in-house.ts';

const house = await postgresHouse();
afterAll(() => house.close());

describeStrategyIn(house, alternatingUsersStrategy, {
  name: 'alternating-users on PostgreSQL',
  outage: 'none',
  logins: 3,
  crashes: 'sample',
});
