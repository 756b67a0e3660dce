import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { handler } from '../shared/lambda/handler.ts';
import { cloudflare as provider } from '../shared/providers/cloudflare.ts';
import { apiKeyStrategy } from '../shared/strategies/api-key.ts';

export const cloudflare = handler(apiKeyStrategy(provider, { admins: adminFromSecretsManager }));
