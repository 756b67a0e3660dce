import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { declaredHandler } from '../shared/lambda/declared-handler.ts';
import { parameterHandler } from '../shared/lambda/parameter-handler.ts';

export const declared = declaredHandler({ admins: adminFromSecretsManager });
export const declaredParameter = declaredHandler({ admins: adminFromSecretsManager }, parameterHandler);
