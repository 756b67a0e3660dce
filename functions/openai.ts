import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { issuedKeyStrategy } from '../shared/keys/issued.ts';
import { openai as provider } from '../shared/keys/vendors/openai.ts';
import { handler } from '../shared/lambda/handler.ts';

export const openai = handler(issuedKeyStrategy(provider, { admins: adminFromSecretsManager }));
