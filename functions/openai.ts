import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { handler } from '../shared/lambda/handler.ts';
import { openai as provider } from '../shared/providers/openai.ts';
import { apiKeyStrategy } from '../shared/strategies/api-key.ts';

export const openai = handler(apiKeyStrategy(provider, { admins: adminFromSecretsManager }));
