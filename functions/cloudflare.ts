import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { apiKeyStrategy } from '../shared/keys/api-key.ts';
import { cloudflare as provider } from '../shared/keys/vendors/cloudflare/cloudflare.ts';
import { handler } from '../shared/lambda/handler.ts';

export const cloudflare = handler(apiKeyStrategy(provider, { admins: adminFromSecretsManager }));
