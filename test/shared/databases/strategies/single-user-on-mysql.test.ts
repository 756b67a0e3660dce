/** On a real MySQL server and the sandbox's Secrets Manager. */
import { singleUserStrategy } from '../../../../shared/databases/strategies/single-user.ts';
import { describeStrategyOn } from '../../../support/mysql-world.ts';

await describeStrategyOn('mysql', singleUserStrategy, {
  name: 'single-user',
  outage: 'brief',
  logins: 2,
  crashes: 'sample',
});
