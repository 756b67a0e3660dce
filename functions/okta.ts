import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { acceptedKeyStrategy } from '../shared/keys/accepted.ts';
import { okta as provider } from '../shared/keys/vendors/okta.ts';
import { handler } from '../shared/lambda/handler.ts';

export const okta = handler(acceptedKeyStrategy(provider, { admins: adminFromSecretsManager }));
