import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { parameterHandler } from '../shared/lambda/parameter-handler.ts';
import { rotationHandler } from '../shared/lambda/rotation-handler.ts';
import { auth0 as provider } from '../shared/providers/auth0.ts';
import { apiKeyStrategy } from '../shared/strategies/api-key.ts';

export const auth0 = rotationHandler(apiKeyStrategy(provider, { admins: adminFromSecretsManager }));
export const auth0Parameter = parameterHandler(apiKeyStrategy(provider, { admins: adminFromSecretsManager }));
