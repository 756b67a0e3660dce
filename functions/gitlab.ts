import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { apiKeyStrategy } from '../shared/keys/api-key.ts';
import { gitlab as provider } from '../shared/keys/vendors/gitlab.ts';
import { handler } from '../shared/lambda/handler.ts';

export const gitlab = handler(apiKeyStrategy(provider, { admins: adminFromSecretsManager }));
