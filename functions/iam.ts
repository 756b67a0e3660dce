import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { iamKeys } from '../shared/aws/iam-keys.ts';
import { rotationHandler } from '../shared/lambda/rotation-handler.ts';
import { iamProvider } from '../shared/providers/iam.ts';
import { apiKeyStrategy } from '../shared/strategies/api-key.ts';

export const accessKey = rotationHandler(apiKeyStrategy(iamProvider(iamKeys), { admins: adminFromSecretsManager }));
