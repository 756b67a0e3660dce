/** The admin credential of a provider, from the secret that `masterarn` names. */
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { AdminSource } from '../keys/access.ts';
import { clientOf } from './clients.ts';
import { describeSecret } from './describe-secret.ts';
import { aboutNamed, namedSecret } from './named-secret.ts';

export const adminFromSecretsManager: AdminSource = {
  async adminFor(masterarn, schema, ctx) {
    const text = await namedSecret(masterarn, 'admin', ctx.signal);
    const admin = aboutNamed(masterarn, () => schema.parse(text, `the admin secret ${masterarn}`));
    ctx.redact.add(...schema.confidential(admin));
    return admin;
  },

  async ownerOf(masterarn, { signal }) {
    const { Tags = [] } = await describeSecret(clientOf(SecretsManagerClient), masterarn, signal);
    return Tags.find(({ Key }) => Key === 'rekey:admin-of')?.Value;
  },
};
