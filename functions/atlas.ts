import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { apiKeyStrategy } from '../shared/keys/api-key.ts';
import { atlas as provider } from '../shared/keys/vendors/atlas.ts';
import { handler } from '../shared/lambda/handler.ts';

export const atlas = handler(apiKeyStrategy(provider, { admins: adminFromSecretsManager }));
