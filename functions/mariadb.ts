import { superuserFromSecretsManager } from '../shared/aws/superuser.ts';
import { mariadb } from '../shared/engines/mariadb.ts';
import { handler } from '../shared/lambda/handler.ts';
import { alternatingUsersStrategy } from '../shared/strategies/alternating-users.ts';
import { singleUserStrategy } from '../shared/strategies/single-user.ts';
import { superuserSetStrategy } from '../shared/strategies/superuser-set.ts';

export const singleUser = handler(singleUserStrategy(mariadb));
export const alternatingUsers = handler(alternatingUsersStrategy(mariadb, superuserFromSecretsManager));
export const superuserSet = handler(superuserSetStrategy(mariadb, superuserFromSecretsManager));
