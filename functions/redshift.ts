import { redshiftSuperuser } from '../shared/aws/redshift-superuser.ts';
import { redshift } from '../shared/engines/redshift.ts';
import { handler } from '../shared/lambda/handler.ts';
import { alternatingUsersStrategy } from '../shared/strategies/alternating-users.ts';
import { singleUserStrategy } from '../shared/strategies/single-user.ts';
import { superuserSetStrategy } from '../shared/strategies/superuser-set.ts';

export const singleUser = handler(singleUserStrategy(redshift));
export const alternatingUsers = handler(alternatingUsersStrategy(redshift, redshiftSuperuser));
export const superuserSet = handler(superuserSetStrategy(redshift, redshiftSuperuser));
