/** On a live Redshift, or on its stand-in (test/support/redshift-server.ts), and the sandbox's Secrets Manager. */
import { afterAll } from 'vitest';
import { superuserSetStrategy } from '../../../../shared/databases/strategies/superuser-set.ts';
import { redshiftHouse } from '../../../support/redshift-world.ts';
import { describeStrategyIn } from '../../../support/strategy-in-house.ts';

const house = await redshiftHouse();
afterAll(() => house.close());

describeStrategyIn(house, superuserSetStrategy, {
  name: 'superuser-set on Redshift',
  outage: 'brief',
  logins: 3,
  crashes: 'sample',
});
