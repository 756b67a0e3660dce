import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { apiKeyStrategy } from '../shared/keys/api-key.ts';
import { okta as provider } from '../shared/keys/vendors/okta.ts';
import { handler } from '../shared/lambda/handler.ts';

export const okta = handler(apiKeyStrategy(provider, { admins: adminFromSecretsManager }));
