import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { handler } from '../shared/lambda/handler.ts';
import { datadogApiKey, datadogApplicationKey } from '../shared/providers/datadog.ts';
import { apiKeyStrategy } from '../shared/strategies/api-key.ts';

const ports = { admins: adminFromSecretsManager };

export const apiKey = handler(apiKeyStrategy(datadogApiKey, ports));
export const applicationKey = handler(apiKeyStrategy(datadogApplicationKey, ports));
