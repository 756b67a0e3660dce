import { superuserFromSecretsManager } from '../shared/aws/superuser.ts';
import { postgres } from '../shared/databases/postgres/postgres.ts';
import { alternatingUsersStrategy } from '../shared/databases/strategies/alternating-users.ts';
import { singleUserStrategy } from '../shared/databases/strategies/single-user.ts';
import { superuserSetStrategy } from '../shared/databases/strategies/superuser-set.ts';
import { handler } from '../shared/lambda/handler.ts';

export const singleUser = handler(singleUserStrategy(postgres));
export const alternatingUsers = handler(alternatingUsersStrategy(postgres, superuserFromSecretsManager));
export const superuserSet = handler(superuserSetStrategy(postgres, superuserFromSecretsManager));
