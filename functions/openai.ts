import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { apiKeyStrategy } from '../shared/keys/api-key.ts';
import { openai as provider } from '../shared/keys/vendors/openai.ts';
import { handler } from '../shared/lambda/handler.ts';

export const openai = handler(apiKeyStrategy(provider, { admins: adminFromSecretsManager }));
