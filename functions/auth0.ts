import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { apiKeyStrategy } from '../shared/keys/api-key.ts';
import { auth0 as provider } from '../shared/keys/vendors/auth0.ts';
import { handler } from '../shared/lambda/handler.ts';

export const auth0 = handler(apiKeyStrategy(provider, { admins: adminFromSecretsManager }));
