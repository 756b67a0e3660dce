import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { rotationHandler } from '../shared/lambda/rotation-handler.ts';
import { okta as provider } from '../shared/providers/okta.ts';
import { apiKeyStrategy } from '../shared/strategies/api-key.ts';

export const okta = rotationHandler(apiKeyStrategy(provider, { admins: adminFromSecretsManager }));
