import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { apiKeyStrategy } from '../shared/keys/api-key.ts';
import { sendgrid as provider } from '../shared/keys/vendors/sendgrid.ts';
import { handler } from '../shared/lambda/handler.ts';

export const sendgrid = handler(apiKeyStrategy(provider, { admins: adminFromSecretsManager }));
