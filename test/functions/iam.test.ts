/** The packaged function, end to end: a real process, the sandbox's Secrets Manager and Scheduler, a double of IAM and STS. */
import { afterAll, describe, expect, it } from 'vitest';
import { type IamDouble, startIam } from '../../local/doubles/iam.ts';
import { packagedKey } from '../support/packaged-key.ts';

const house = await packagedKey('iam', startIam);
afterAll(() => house.close());
const double = house.double as IamDouble;

describe('iam', () => {
  it('rotates: AWSCURRENT and AWSPREVIOUS work, what is older is deleted', async () => {
    const arn = house.register('accessKey');
    const secret = await house.secret();
    await house.rotate(secret, arn);

    const { error, token } = await house.rotate(secret, arn);

    expect(error).toBeUndefined();
    expect(await house.labels(secret)).toMatchObject({ AWSCURRENT: token });
    expect(double.opens(await house.value(secret))).toBe(true);
    expect(double.opens(await house.value(secret, 'AWSPREVIOUS'))).toBe(true);
    expect(double.keys.has(String(double.first.access_key_id))).toBe(false);
  });

  it('rotates a secret with names of its own, which its tag pairs with ours', async () => {
    const arn = house.register('accessKey');
    const { id, value } = double.addUser('named');
    const own = { user_name: 'named', AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: value };
    const tag = 'access_key_id:AWS_ACCESS_KEY_ID secret_access_key:AWS_SECRET_ACCESS_KEY';
    const secret = await house.rawSecret(JSON.stringify(own), undefined, { 'rekey:fields': tag });

    const { error } = await house.rotate(secret, arn);

    expect(error).toBeUndefined();
    const rotated = await house.value(secret);
    expect(Object.keys(rotated)).toEqual(Object.keys(own));
    const { AWS_ACCESS_KEY_ID: access_key_id, AWS_SECRET_ACCESS_KEY: secret_access_key } = rotated;
    expect(access_key_id).not.toBe(id);
    expect(double.opens({ user_name: 'named', access_key_id, secret_access_key })).toBe(true);
  });

  it('puts off the end of a key that is in use, and tells by what', async () => {
    const arn = house.register('accessKey');
    const made = double.addUser('reporter');
    const value = { user_name: 'reporter', access_key_id: made.id, secret_access_key: made.value };
    const secret = await house.secret(value, { 'rekey:revoke-after': '1h' });
    await house.rotate(secret, arn);
    double.use?.(value);

    await house.sandbox.scheduler.due(Date.now() + 2 * 3_600_000);

    expect(double.opens(value)).toBe(true);
    const [, last] = house.messages(secret).map(({ body }) => JSON.stringify(body));
    expect(last).toContain('by s3 in eu-west-1');
    expect(last).not.toContain(made.value);
  });
});
