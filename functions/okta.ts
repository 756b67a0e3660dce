import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { parameterHandler } from '../shared/lambda/parameter-handler.ts';
import { rotationHandler } from '../shared/lambda/rotation-handler.ts';
import { okta as provider } from '../shared/providers/okta.ts';
import { apiKeyStrategy } from '../shared/strategies/api-key.ts';

export const okta = rotationHandler(apiKeyStrategy(provider, { admins: adminFromSecretsManager }));
export const oktaParameter = parameterHandler(apiKeyStrategy(provider, { admins: adminFromSecretsManager }));
