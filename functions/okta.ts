import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { handler } from '../shared/lambda/handler.ts';
import { okta as provider } from '../shared/providers/okta.ts';
import { apiKeyStrategy } from '../shared/strategies/api-key.ts';

export const okta = handler(apiKeyStrategy(provider, { admins: adminFromSecretsManager }));
