import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { issuedKeyStrategy } from '../shared/keys/issued.ts';
import { gitlab as provider } from '../shared/keys/vendors/gitlab.ts';
import { handler } from '../shared/lambda/handler.ts';

export const gitlab = handler(issuedKeyStrategy(provider, { admins: adminFromSecretsManager }));
