import { superuserFromSecretsManager } from '../shared/aws/superuser.ts';
import { postgres } from '../shared/engines/postgres.ts';
import { handler } from '../shared/lambda/handler.ts';
import { alternatingUsersStrategy } from '../shared/strategies/alternating-users.ts';
import { singleUserStrategy } from '../shared/strategies/single-user.ts';
import { superuserSetStrategy } from '../shared/strategies/superuser-set.ts';

export const singleUser = handler(singleUserStrategy(postgres));
export const alternatingUsers = handler(alternatingUsersStrategy(postgres, superuserFromSecretsManager));
export const superuserSet = handler(superuserSetStrategy(postgres, superuserFromSecretsManager));
