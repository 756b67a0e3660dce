/** On the server at MONGODB_URI, or the stand-ins for DocumentDB and servers that others wrote; and the sandbox's Secrets Manager. */
import { superuserSetStrategy } from '../../../../shared/databases/strategies/superuser-set.ts';
import { documentDbKinds, firstKind } from '../../../support/documentdb-places.ts';
import { describeStrategyOnDocumentDb } from '../../../support/documentdb-world.ts';

await describeStrategyOnDocumentDb({ kinds: documentDbKinds, crashesOn: [firstKind] }, superuserSetStrategy, {
  name: 'superuser-set on DocumentDB',
  outage: 'brief',
  logins: 3,
});
