import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { parameterHandler } from '../shared/lambda/parameter-handler.ts';
import { rotationHandler } from '../shared/lambda/rotation-handler.ts';
import { atlas as provider } from '../shared/providers/atlas.ts';
import { apiKeyStrategy } from '../shared/strategies/api-key.ts';

export const atlas = rotationHandler(apiKeyStrategy(provider, { admins: adminFromSecretsManager }));
export const atlasParameter = parameterHandler(apiKeyStrategy(provider, { admins: adminFromSecretsManager }));
