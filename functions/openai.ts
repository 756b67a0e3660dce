import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { parameterHandler } from '../shared/lambda/parameter-handler.ts';
import { rotationHandler } from '../shared/lambda/rotation-handler.ts';
import { openai as provider } from '../shared/providers/openai.ts';
import { apiKeyStrategy } from '../shared/strategies/api-key.ts';

export const openai = rotationHandler(apiKeyStrategy(provider, { admins: adminFromSecretsManager }));
export const openaiParameter = parameterHandler(apiKeyStrategy(provider, { admins: adminFromSecretsManager }));
