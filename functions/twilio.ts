import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { parameterHandler } from '../shared/lambda/parameter-handler.ts';
import { rotationHandler } from '../shared/lambda/rotation-handler.ts';
import { twilioApiKey } from '../shared/providers/twilio/api-key.ts';
import { twilioAuthToken } from '../shared/providers/twilio/auth-token.ts';
import { apiKeyStrategy } from '../shared/strategies/api-key.ts';

const ports = { admins: adminFromSecretsManager };

export const apiKey = rotationHandler(apiKeyStrategy(twilioApiKey, ports));
export const authToken = rotationHandler(apiKeyStrategy(twilioAuthToken, ports));
export const apiKeyParameter = parameterHandler(apiKeyStrategy(twilioApiKey, ports));
export const authTokenParameter = parameterHandler(apiKeyStrategy(twilioAuthToken, ports));
