import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { parameterHandler } from '../shared/lambda/parameter-handler.ts';
import { rotationHandler } from '../shared/lambda/rotation-handler.ts';
import { cloudflare as provider } from '../shared/providers/cloudflare.ts';
import { apiKeyStrategy } from '../shared/strategies/api-key.ts';

export const cloudflare = rotationHandler(apiKeyStrategy(provider, { admins: adminFromSecretsManager }));
export const cloudflareParameter = parameterHandler(apiKeyStrategy(provider, { admins: adminFromSecretsManager }));
