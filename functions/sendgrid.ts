import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { handler } from '../shared/lambda/handler.ts';
import { sendgrid as provider } from '../shared/providers/sendgrid.ts';
import { apiKeyStrategy } from '../shared/strategies/api-key.ts';

export const sendgrid = handler(apiKeyStrategy(provider, { admins: adminFromSecretsManager }));
