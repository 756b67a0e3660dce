import { superuserFromSecretsManager } from '../shared/aws/superuser.ts';
import { mariadb } from '../shared/databases/mysql/mariadb.ts';
import { alternatingUsersStrategy } from '../shared/databases/strategies/alternating-users.ts';
import { singleUserStrategy } from '../shared/databases/strategies/single-user.ts';
import { superuserSetStrategy } from '../shared/databases/strategies/superuser-set.ts';
import { handler } from '../shared/lambda/handler.ts';

export const singleUser = handler(singleUserStrategy(mariadb));
export const alternatingUsers = handler(alternatingUsersStrategy(mariadb, superuserFromSecretsManager));
export const superuserSet = handler(superuserSetStrategy(mariadb, superuserFromSecretsManager));
