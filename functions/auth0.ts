import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { acceptedKeyStrategy } from '../shared/keys/accepted.ts';
import { auth0 as provider } from '../shared/keys/vendors/auth0.ts';
import { handler } from '../shared/lambda/handler.ts';

export const auth0 = handler(acceptedKeyStrategy(provider, { admins: adminFromSecretsManager }));
