/** On the server at MONGODB_URI, or the stand-ins for DocumentDB and servers that others wrote; and the sandbox's Secrets Manager. */
import { singleUserStrategy } from '../../../../shared/databases/strategies/single-user.ts';
import { documentDbKinds, kindsWithCrashes } from '../../../support/documentdb-places.ts';
import { describeStrategyOnDocumentDb } from '../../../support/documentdb-world.ts';

await describeStrategyOnDocumentDb({ kinds: documentDbKinds, crashesOn: kindsWithCrashes }, singleUserStrategy, {
  name: 'single-user on DocumentDB',
  outage: 'brief',
  logins: 2,
});
