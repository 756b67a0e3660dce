import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { declaredHandler } from '../shared/lambda/declared-handler.ts';

export const declared = declaredHandler({ admins: adminFromSecretsManager });
