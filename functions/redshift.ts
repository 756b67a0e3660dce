import { redshiftSuperuser } from '../shared/aws/redshift-superuser.ts';
import { redshift } from '../shared/engines/redshift.ts';
import { parameterHandler } from '../shared/lambda/parameter-handler.ts';
import { rotationHandler } from '../shared/lambda/rotation-handler.ts';
import { alternatingUsersStrategy } from '../shared/strategies/alternating-users.ts';
import { singleUserStrategy } from '../shared/strategies/single-user.ts';
import { superuserSetStrategy } from '../shared/strategies/superuser-set.ts';

export const singleUser = rotationHandler(singleUserStrategy(redshift));
export const alternatingUsers = rotationHandler(alternatingUsersStrategy(redshift, redshiftSuperuser));
export const superuserSet = rotationHandler(superuserSetStrategy(redshift, redshiftSuperuser));

export const singleUserParameter = parameterHandler(singleUserStrategy(redshift));
export const alternatingUsersParameter = parameterHandler(alternatingUsersStrategy(redshift, redshiftSuperuser));
export const superuserSetParameter = parameterHandler(superuserSetStrategy(redshift, redshiftSuperuser));
