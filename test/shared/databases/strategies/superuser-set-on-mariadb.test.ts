/** On a real MariaDB server and the sandbox's Secrets Manager. */
import { superuserSetStrategy } from '../../../../shared/databases/strategies/superuser-set.ts';
import { describeStrategyOn } from '../../../support/mysql-world.ts';

await describeStrategyOn('mariadb', superuserSetStrategy, {
  name: 'superuser-set',
  outage: 'brief',
  logins: 3,
  crashes: 'sample',
});
