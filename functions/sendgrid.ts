import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { issuedKeyStrategy } from '../shared/keys/issued.ts';
import { sendgrid as provider } from '../shared/keys/vendors/sendgrid.ts';
import { handler } from '../shared/lambda/handler.ts';

export const sendgrid = handler(issuedKeyStrategy(provider, { admins: adminFromSecretsManager }));
