import { structure } from '../../../aws/shapes.ts';
import { checkKmsKey } from '../kms-key.ts';
import * as member from '../members.ts';
import { CURRENT } from '../secret.ts';
import { givenValue, requireToken, storeValue } from '../stored-value.ts';
import { named, present } from '../views.ts';
import { type Operation, operation } from '../world.ts';

const input = structure(
  { SecretId: member.secretId },
  {
    ClientRequestToken: member.token,
    Description: member.description,
    KmsKeyId: member.kmsKeyId,
    SecretString: member.secretString,
    SecretBinary: member.secretBinary,
  },
);

export const updateSecret: Operation = operation(input, (given, { account, secrets }) => {
  const value = givenValue(given);
  const token = value && requireToken(given.ClientRequestToken);
  checkKmsKey(given.KmsKeyId, account);
  const secret = secrets.getLive(given.SecretId);

  const stored = value && token ? storeValue(secret, token, value, [CURRENT], account.now()) : secret;
  secrets.save({
    ...stored,
    description: given.Description ?? stored.description,
    kmsKeyId: given.KmsKeyId ?? stored.kmsKeyId,
  });
  return present({ ...named(secret), VersionId: token });
});
