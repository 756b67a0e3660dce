import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { handler } from '../shared/lambda/handler.ts';
import { auth0 as provider } from '../shared/providers/auth0.ts';
import { apiKeyStrategy } from '../shared/strategies/api-key.ts';

export const auth0 = handler(apiKeyStrategy(provider, { admins: adminFromSecretsManager }));
