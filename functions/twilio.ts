import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { apiKeyStrategy } from '../shared/keys/api-key.ts';
import { twilioApiKey } from '../shared/keys/vendors/twilio/api-key.ts';
import { twilioAuthToken } from '../shared/keys/vendors/twilio/auth-token.ts';
import { handler } from '../shared/lambda/handler.ts';

const ports = { admins: adminFromSecretsManager };

export const apiKey = handler(apiKeyStrategy(twilioApiKey, ports));
export const authToken = handler(apiKeyStrategy(twilioAuthToken, ports));
