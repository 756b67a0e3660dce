import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { handler } from '../shared/lambda/handler.ts';
import { twilioApiKey } from '../shared/providers/twilio/api-key.ts';
import { twilioAuthToken } from '../shared/providers/twilio/auth-token.ts';
import { apiKeyStrategy } from '../shared/strategies/api-key.ts';

const ports = { admins: adminFromSecretsManager };

export const apiKey = handler(apiKeyStrategy(twilioApiKey, ports));
export const authToken = handler(apiKeyStrategy(twilioAuthToken, ports));
