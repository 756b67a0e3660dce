import { superuserFromSecretsManager } from '../shared/aws/superuser.ts';
import { mysql } from '../shared/engines/mysql.ts';
import { parameterHandler } from '../shared/lambda/parameter-handler.ts';
import { rotationHandler } from '../shared/lambda/rotation-handler.ts';
import { alternatingUsersStrategy } from '../shared/strategies/alternating-users.ts';
import { dualPasswordStrategy } from '../shared/strategies/dual-password.ts';
import { singleUserStrategy } from '../shared/strategies/single-user.ts';
import { superuserSetStrategy } from '../shared/strategies/superuser-set.ts';

export const singleUser = rotationHandler(singleUserStrategy(mysql));
export const alternatingUsers = rotationHandler(alternatingUsersStrategy(mysql, superuserFromSecretsManager));
export const superuserSet = rotationHandler(superuserSetStrategy(mysql, superuserFromSecretsManager));
export const dualPassword = rotationHandler(dualPasswordStrategy(mysql));

export const singleUserParameter = parameterHandler(singleUserStrategy(mysql));
export const alternatingUsersParameter = parameterHandler(alternatingUsersStrategy(mysql, superuserFromSecretsManager));
export const superuserSetParameter = parameterHandler(superuserSetStrategy(mysql, superuserFromSecretsManager));
export const dualPasswordParameter = parameterHandler(dualPasswordStrategy(mysql));
