import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { parameterHandler } from '../shared/lambda/parameter-handler.ts';
import { rotationHandler } from '../shared/lambda/rotation-handler.ts';
import { sendgrid as provider } from '../shared/providers/sendgrid.ts';
import { apiKeyStrategy } from '../shared/strategies/api-key.ts';

export const sendgrid = rotationHandler(apiKeyStrategy(provider, { admins: adminFromSecretsManager }));
export const sendgridParameter = parameterHandler(apiKeyStrategy(provider, { admins: adminFromSecretsManager }));
