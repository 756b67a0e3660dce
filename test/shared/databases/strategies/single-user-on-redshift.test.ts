/** On a live Redshift, or on its stand-in (test/support/redshift-server.ts), and the sandbox's Secrets Manager. */
import { afterAll } from 'vitest';
import { singleUserStrategy } from '../../../../shared/databases/strategies/single-user.ts';
import { redshiftHouse } from '../../../support/redshift-world.ts';
import { describeStrategyIn } from '../../../support/strategy-in-house.ts';

const house = await redshiftHouse();
afterAll(() => house.close());

describeStrategyIn(house, singleUserStrategy, {
  name: 'single-user on Redshift',
  outage: 'brief',
  logins: 2,
  crashes: 'sample',
});
