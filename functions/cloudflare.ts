import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { issuedKeyStrategy } from '../shared/keys/issued.ts';
import { cloudflare as provider } from '../shared/keys/vendors/cloudflare/cloudflare.ts';
import { handler } from '../shared/lambda/handler.ts';

export const cloudflare = handler(issuedKeyStrategy(provider, { admins: adminFromSecretsManager }));
