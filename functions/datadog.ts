import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { parameterHandler } from '../shared/lambda/parameter-handler.ts';
import { rotationHandler } from '../shared/lambda/rotation-handler.ts';
import { datadogApiKey, datadogApplicationKey } from '../shared/providers/datadog.ts';
import { apiKeyStrategy } from '../shared/strategies/api-key.ts';

const ports = { admins: adminFromSecretsManager };

export const apiKey = rotationHandler(apiKeyStrategy(datadogApiKey, ports));
export const apiKeyParameter = parameterHandler(apiKeyStrategy(datadogApiKey, ports));
export const applicationKey = rotationHandler(apiKeyStrategy(datadogApplicationKey, ports));
export const applicationKeyParameter = parameterHandler(apiKeyStrategy(datadogApplicationKey, ports));
