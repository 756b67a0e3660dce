import { listOf, structure, text } from '../../../aws/shapes.ts';
import { errors } from '../errors.ts';
import * as member from '../members.ts';
import { CURRENT, versionOf } from '../secret.ts';
import { givenValue, requireToken, storeValue } from '../stored-value.ts';
import { named, present, stages } from '../views.ts';
import { type Operation, operation } from '../world.ts';

const input = structure(
  { SecretId: member.secretId },
  {
    ClientRequestToken: member.token,
    SecretString: member.secretString,
    SecretBinary: member.secretBinary,
    VersionStages: listOf(member.stagingLabel, { min: 1, max: 20 }),
    RotationToken: text({ min: 36, max: 256, pattern: /[a-zA-Z0-9-]+/, sensitive: true }),
  },
);

export const putSecretValue: Operation = operation(input, (given, { account, secrets }) => {
  const token = requireToken(given.ClientRequestToken);
  const value = givenValue(given);
  if (!value) throw errors.invalidRequest('You must provide either SecretString or SecretBinary.');
  const secret = secrets.getLive(given.SecretId);

  const stored = storeValue(secret, token, value, given.VersionStages ?? [CURRENT], account.now());
  if (stored !== secret) secrets.save(stored);
  return present({ ...named(stored), VersionId: token, VersionStages: stages(versionOf(stored, token)) });
});
