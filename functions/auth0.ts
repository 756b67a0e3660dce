import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { rotationHandler } from '../shared/lambda/rotation-handler.ts';
import { auth0 as provider } from '../shared/providers/auth0.ts';
import { apiKeyStrategy } from '../shared/strategies/api-key.ts';

export const auth0 = rotationHandler(apiKeyStrategy(provider, { admins: adminFromSecretsManager }));
