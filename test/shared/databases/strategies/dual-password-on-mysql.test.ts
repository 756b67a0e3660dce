/** On a real MySQL server and the sandbox's Secrets Manager. */
import { dualPasswordStrategy } from '../../../../shared/databases/strategies/dual-password.ts';
import { describeStrategyOn } from '../../../support/mysql-world.ts';

await describeStrategyOn('mysql', dualPasswordStrategy, {
  name: 'dual-password',
  outage: 'none',
  logins: 2,
  crashes: 'sample',
  grants: 'APPLICATION_PASSWORD_ADMIN ON *.*',
});
