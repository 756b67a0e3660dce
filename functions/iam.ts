import { adminFromSecretsManager } from '../shared/aws/admin-secret.ts';
import { iamKeys } from '../shared/aws/iam-keys.ts';
import { issuedKeyStrategy } from '../shared/keys/issued.ts';
import { iamProvider } from '../shared/keys/vendors/iam.ts';
import { handler } from '../shared/lambda/handler.ts';

export const accessKey = handler(issuedKeyStrategy(iamProvider(iamKeys), { admins: adminFromSecretsManager }));
