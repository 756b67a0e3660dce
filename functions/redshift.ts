import { redshiftSuperuser } from '../shared/aws/redshift-superuser.ts';
import { redshift } from '../shared/databases/redshift/redshift.ts';
import { alternatingUsersStrategy } from '../shared/databases/strategies/alternating-users.ts';
import { singleUserStrategy } from '../shared/databases/strategies/single-user.ts';
import { superuserSetStrategy } from '../shared/databases/strategies/superuser-set.ts';
import { handler } from '../shared/lambda/handler.ts';

export const singleUser = handler(singleUserStrategy(redshift));
export const alternatingUsers = handler(alternatingUsersStrategy(redshift, redshiftSuperuser));
export const superuserSet = handler(superuserSetStrategy(redshift, redshiftSuperuser));
