/** On the server at MONGODB_URI, or the stand-ins for DocumentDB and servers that others wrote; and the sandbox's Secrets Manager. */
import { alternatingUsersStrategy } from '../../../../shared/databases/strategies/alternating-users.ts';
import { kindsWithCrashes, kindsWithRoles } from '../../../support/documentdb-places.ts';
import { describeStrategyOnDocumentDb } from '../../../support/documentdb-world.ts';

await describeStrategyOnDocumentDb({ kinds: kindsWithRoles, crashesOn: kindsWithCrashes }, alternatingUsersStrategy, {
  name: 'alternating-users on DocumentDB',
  outage: 'none',
  logins: 3,
});
