import { superuserFromSecretsManager } from '../shared/aws/superuser.ts';
import { mariadb } from '../shared/engines/mariadb.ts';
import { parameterHandler } from '../shared/lambda/parameter-handler.ts';
import { rotationHandler } from '../shared/lambda/rotation-handler.ts';
import { alternatingUsersStrategy } from '../shared/strategies/alternating-users.ts';
import { singleUserStrategy } from '../shared/strategies/single-user.ts';
import { superuserSetStrategy } from '../shared/strategies/superuser-set.ts';

export const singleUser = rotationHandler(singleUserStrategy(mariadb));
export const alternatingUsers = rotationHandler(alternatingUsersStrategy(mariadb, superuserFromSecretsManager));
export const superuserSet = rotationHandler(superuserSetStrategy(mariadb, superuserFromSecretsManager));

export const singleUserParameter = parameterHandler(singleUserStrategy(mariadb));
export const alternatingUsersParameter = parameterHandler(
  alternatingUsersStrategy(mariadb, superuserFromSecretsManager),
);
export const superuserSetParameter = parameterHandler(superuserSetStrategy(mariadb, superuserFromSecretsManager));
