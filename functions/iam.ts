import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { iamKeys } from '../shared/aws/iam-keys.ts';
import { handler } from '../shared/lambda/handler.ts';
import { iamProvider } from '../shared/providers/iam.ts';
import { apiKeyStrategy } from '../shared/strategies/api-key.ts';

export const accessKey = handler(apiKeyStrategy(iamProvider(iamKeys), { admins: adminFromSecretsManager }));
