/** On a live Redshift, or on its stand-in (test/support/redshift-server.ts), and the sandbox's Secrets Manager. */
import { afterAll } from 'vitest';
import { alternatingUsersStrategy } from '../../../../shared/databases/strategies/alternating-users.ts';
import { redshiftHouse } from '../../../support/redshift-world.ts';
import { describeStrategyIn } from '../../../support/strategy-in-house.ts';

const house = await redshiftHouse();
afterAll(() => house.close());

describeStrategyIn(house, alternatingUsersStrategy, {
  name: 'alternating-users on Redshift',
  outage: 'none',
  logins: 3,
  crashes: 'sample',
});
