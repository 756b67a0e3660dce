import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { iamKeys } from '../shared/aws/iam-keys.ts';
import { parameterHandler } from '../shared/lambda/parameter-handler.ts';
import { rotationHandler } from '../shared/lambda/rotation-handler.ts';
import { iamProvider } from '../shared/providers/iam.ts';
import { apiKeyStrategy } from '../shared/strategies/api-key.ts';

const strategy = () => apiKeyStrategy(iamProvider(iamKeys), { admins: adminFromSecretsManager });

export const accessKey = rotationHandler(strategy());
export const accessKeyParameter = parameterHandler(strategy());
