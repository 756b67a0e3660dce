import { superuserFromSecretsManager } from '../shared/aws/superuser.ts';
import { postgres } from '../shared/engines/postgres.ts';
import { parameterHandler } from '../shared/lambda/parameter-handler.ts';
import { rotationHandler } from '../shared/lambda/rotation-handler.ts';
import { alternatingUsersStrategy } from '../shared/strategies/alternating-users.ts';
import { singleUserStrategy } from '../shared/strategies/single-user.ts';
import { superuserSetStrategy } from '../shared/strategies/superuser-set.ts';

export const singleUser = rotationHandler(singleUserStrategy(postgres));
export const alternatingUsers = rotationHandler(alternatingUsersStrategy(postgres, superuserFromSecretsManager));
export const superuserSet = rotationHandler(superuserSetStrategy(postgres, superuserFromSecretsManager));

export const singleUserParameter = parameterHandler(singleUserStrategy(postgres));
export const alternatingUsersParameter = parameterHandler(
  alternatingUsersStrategy(postgres, superuserFromSecretsManager),
);
export const superuserSetParameter = parameterHandler(superuserSetStrategy(postgres, superuserFromSecretsManager));
