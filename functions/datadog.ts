import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { apiKeyStrategy } from '../shared/keys/api-key.ts';
import { datadogApiKey, datadogApplicationKey } from '../shared/keys/vendors/datadog/datadog.ts';
import { handler } from '../shared/lambda/handler.ts';

const ports = { admins: adminFromSecretsManager };

export const apiKey = handler(apiKeyStrategy(datadogApiKey, ports));
export const applicationKey = handler(apiKeyStrategy(datadogApplicationKey, ports));
