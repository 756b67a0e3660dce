import { superuserFromSecretsManager } from '../shared/aws/superuser.ts';
import { documentdb } from '../shared/engines/documentdb.ts';
import { handler } from '../shared/lambda/handler.ts';
import { alternatingUsersStrategy } from '../shared/strategies/alternating-users.ts';
import { singleUserStrategy } from '../shared/strategies/single-user.ts';
import { superuserSetStrategy } from '../shared/strategies/superuser-set.ts';

export const singleUser = handler(singleUserStrategy(documentdb));
export const alternatingUsers = handler(alternatingUsersStrategy(documentdb, superuserFromSecretsManager));
export const superuserSet = handler(superuserSetStrategy(documentdb, superuserFromSecretsManager));
