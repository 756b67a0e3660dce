import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { rotationHandler } from '../shared/lambda/rotation-handler.ts';
import { datadogApiKey, datadogApplicationKey } from '../shared/providers/datadog.ts';
import { apiKeyStrategy } from '../shared/strategies/api-key.ts';

export const apiKey = rotationHandler(apiKeyStrategy(datadogApiKey, { admins: adminFromSecretsManager }));
export const applicationKey = rotationHandler(
  apiKeyStrategy(datadogApplicationKey, { admins: adminFromSecretsManager }),
);
