/** On a real MariaDB server and the sandbox's Secrets Manager. */
import { singleUserStrategy } from '../../../../shared/databases/strategies/single-user.ts';
import { describeStrategyOn } from '../../../support/mysql-world.ts';

await describeStrategyOn('mariadb', singleUserStrategy, {
  name: 'single-user',
  outage: 'brief',
  logins: 2,
  crashes: 'sample',
});
