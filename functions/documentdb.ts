import { superuserFromSecretsManager } from '../shared/aws/superuser.ts';
import { documentdb } from '../shared/engines/documentdb.ts';
import { parameterHandler } from '../shared/lambda/parameter-handler.ts';
import { rotationHandler } from '../shared/lambda/rotation-handler.ts';
import { alternatingUsersStrategy } from '../shared/strategies/alternating-users.ts';
import { singleUserStrategy } from '../shared/strategies/single-user.ts';
import { superuserSetStrategy } from '../shared/strategies/superuser-set.ts';

export const singleUser = rotationHandler(singleUserStrategy(documentdb));
export const alternatingUsers = rotationHandler(alternatingUsersStrategy(documentdb, superuserFromSecretsManager));
export const superuserSet = rotationHandler(superuserSetStrategy(documentdb, superuserFromSecretsManager));

export const singleUserParameter = parameterHandler(singleUserStrategy(documentdb));
export const alternatingUsersParameter = parameterHandler(
  alternatingUsersStrategy(documentdb, superuserFromSecretsManager),
);
export const superuserSetParameter = parameterHandler(superuserSetStrategy(documentdb, superuserFromSecretsManager));
