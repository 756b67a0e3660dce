import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { issuedKeyStrategy } from '../shared/keys/issued.ts';
import { twilioApiKey } from '../shared/keys/vendors/twilio/api-key.ts';
import { twilioAuthToken } from '../shared/keys/vendors/twilio/auth-token.ts';
import { handler } from '../shared/lambda/handler.ts';

const ports = { admins: adminFromSecretsManager };

export const apiKey = handler(issuedKeyStrategy(twilioApiKey, ports));
export const authToken = handler(issuedKeyStrategy(twilioAuthToken, ports));
