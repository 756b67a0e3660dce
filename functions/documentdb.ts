import { superuserFromSecretsManager } from '../shared/aws/superuser.ts';
import { documentdb } from '../shared/databases/documentdb/documentdb.ts';
import { alternatingUsersStrategy } from '../shared/databases/strategies/alternating-users.ts';
import { singleUserStrategy } from '../shared/databases/strategies/single-user.ts';
import { superuserSetStrategy } from '../shared/databases/strategies/superuser-set.ts';
import { handler } from '../shared/lambda/handler.ts';

export const singleUser = handler(singleUserStrategy(documentdb));
export const alternatingUsers = handler(alternatingUsersStrategy(documentdb, superuserFromSecretsManager));
export const superuserSet = handler(superuserSetStrategy(documentdb, superuserFromSecretsManager));
