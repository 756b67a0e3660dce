import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { handler } from '../shared/lambda/handler.ts';
import { atlas as provider } from '../shared/providers/atlas.ts';
import { apiKeyStrategy } from '../shared/strategies/api-key.ts';

export const atlas = handler(apiKeyStrategy(provider, { admins: adminFromSecretsManager }));
