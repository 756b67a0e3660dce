import { superuserFromSecretsManager } from '../shared/aws/superuser.ts';
import { mysql } from '../shared/engines/mysql.ts';
import { handler } from '../shared/lambda/handler.ts';
import { alternatingUsersStrategy } from '../shared/strategies/alternating-users.ts';
import { dualPasswordStrategy } from '../shared/strategies/dual-password.ts';
import { singleUserStrategy } from '../shared/strategies/single-user.ts';
import { superuserSetStrategy } from '../shared/strategies/superuser-set.ts';

export const singleUser = handler(singleUserStrategy(mysql));
export const alternatingUsers = handler(alternatingUsersStrategy(mysql, superuserFromSecretsManager));
export const superuserSet = handler(superuserSetStrategy(mysql, superuserFromSecretsManager));
export const dualPassword = handler(dualPasswordStrategy(mysql));
