import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { handler } from '../shared/lambda/handler.ts';
import { gitlab as provider } from '../shared/providers/gitlab.ts';
import { apiKeyStrategy } from '../shared/strategies/api-key.ts';

export const gitlab = handler(apiKeyStrategy(provider, { admins: adminFromSecretsManager }));
