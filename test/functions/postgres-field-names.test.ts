/** A secret whose fields have names of their own: the packaged functions, a real server, the sandbox's tags. */
import { TagResourceCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, describe, expect, it } from 'vitest';
import { packaged } from '../support/packaged.ts';

const house = await packaged();
afterAll(() => house.close());
const TAG = 'host:DB_HOST port:DB_PORT username:DB_USER password:DB_PASSWORD';

async function namedSecret(tag = TAG) {
  const secret = await house.secret();
  const { host, port, username, password, ...others } = await house.value(secret);
  const own = {
    DB_HOST: host,
    DB_PORT: port,
    DB_USER: username,
    DB_PASSWORD: password,
    ...others,
    again_password: password,
  };
  await house.put(secret, own);
  await house.client.send(new TagResourceCommand({ SecretId: secret, Tags: [{ Key: 'rekey:fields', Value: tag }] }));
  return { secret, own };
}
const opens = ({ DB_USER: username, DB_PASSWORD: password }: Record<string, unknown>) =>
  house.opens({ username, password });

describe.each(['singleUser', 'alternatingUsers', 'superuserSet'] as const)('%s', (kind) => {
  it('rotates twice, and the secret keeps its names', async () => {
    const arn = house.register(kind);
    const { secret, own } = await namedSecret();

    for (const _round of [1, 2]) {
      const { error } = await house.rotate(secret, arn);

      expect(error).toBeUndefined();
      const value = await house.value(secret);
      expect(Object.keys(value)).toEqual(Object.keys(own));
      expect(value.again_password).toBe(value.DB_PASSWORD);
      expect(await opens(value)).toBe(true);
    }
  });

  it('is refused before anything is changed when the tag names a field that is not there', async () => {
    const arn = house.register(kind);
    const { secret, own } = await namedSecret(TAG.replace('DB_PASSWORD', 'DB_PASSWD'));

    const { error } = await house.rotate(secret, arn);

    expect(error).toMatchObject({ errorType: 'InvalidSecretError' });
    expect(error?.errorMessage).toContain('has no field DB_PASSWD, which its tag rekey:fields has for password');
    expect(await house.value(secret)).toEqual(own);
    expect(await opens(own)).toBe(true);
    expect(house.messages(secret)[0]?.body).toMatchObject({ outcome: 'failed', working: 'AWSCURRENT' });
  });
});
