import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { iamKeys } from '../shared/aws/iam-keys.ts';
import { apiKeyStrategy } from '../shared/keys/api-key.ts';
import { iamProvider } from '../shared/keys/vendors/iam.ts';
import { handler } from '../shared/lambda/handler.ts';

export const accessKey = handler(apiKeyStrategy(iamProvider(iamKeys), { admins: adminFromSecretsManager }));
