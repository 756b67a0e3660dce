import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { parameterHandler } from '../shared/lambda/parameter-handler.ts';
import { rotationHandler } from '../shared/lambda/rotation-handler.ts';
import { gitlab as provider } from '../shared/providers/gitlab.ts';
import { apiKeyStrategy } from '../shared/strategies/api-key.ts';

export const gitlab = rotationHandler(apiKeyStrategy(provider, { admins: adminFromSecretsManager }));
export const gitlabParameter = parameterHandler(apiKeyStrategy(provider, { admins: adminFromSecretsManager }));
