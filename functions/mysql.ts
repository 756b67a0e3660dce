import { superuserFromSecretsManager } from '../shared/aws/superuser.ts';
import { mysql } from '../shared/databases/mysql/mysql.ts';
import { alternatingUsersStrategy } from '../shared/databases/strategies/alternating-users.ts';
import { dualPasswordStrategy } from '../shared/databases/strategies/dual-password.ts';
import { singleUserStrategy } from '../shared/databases/strategies/single-user.ts';
import { superuserSetStrategy } from '../shared/databases/strategies/superuser-set.ts';
import { handler } from '../shared/lambda/handler.ts';

export const singleUser = handler(singleUserStrategy(mysql));
export const alternatingUsers = handler(alternatingUsersStrategy(mysql, superuserFromSecretsManager));
export const superuserSet = handler(superuserSetStrategy(mysql, superuserFromSecretsManager));
export const dualPassword = handler(dualPasswordStrategy(mysql));
