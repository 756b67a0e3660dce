import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { issuedKeyStrategy } from '../shared/keys/issued.ts';
import { datadogApiKey, datadogApplicationKey } from '../shared/keys/vendors/datadog/datadog.ts';
import { handler } from '../shared/lambda/handler.ts';

const ports = { admins: adminFromSecretsManager };

export const apiKey = handler(issuedKeyStrategy(datadogApiKey, ports));
export const applicationKey = handler(issuedKeyStrategy(datadogApplicationKey, ports));
