import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { issuedKeyStrategy } from '../shared/keys/issued.ts';
import { atlas as provider } from '../shared/keys/vendors/atlas.ts';
import { handler } from '../shared/lambda/handler.ts';

export const atlas = handler(issuedKeyStrategy(provider, { admins: adminFromSecretsManager }));
