/** On a real MariaDB server and the sandbox's Secrets Manager. */
import { alternatingUsersStrategy } from '../../../../shared/databases/strategies/alternating-users.ts';
import { describeStrategyOn } from '../../../support/mysql-world.ts';

await describeStrategyOn('mariadb', alternatingUsersStrategy, {
  name: 'alternating-users',
  outage: 'none',
  logins: 3,
  crashes: 'sample',
});
