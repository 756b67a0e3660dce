/** The packaged function, end to end: a real process, the sandbox's Secrets Manager, a double of Cloudflare. */
import { afterAll, describe, expect, it } from 'vitest';
import { startCloudflare } from '../../local/doubles/cloudflare.ts';
import { packagedKey } from '../support/packaged-key.ts';

const house = await packagedKey('cloudflare', startCloudflare);
afterAll(() => house.close());
const { double } = house;

describe('cloudflare', () => {
  it('rotates: AWSCURRENT and AWSPREVIOUS work, what is older is revoked', async () => {
    const arn = house.register('cloudflare');
    const secret = await house.secret();
    await house.rotate(secret, arn);

    const { error, token } = await house.rotate(secret, arn);

    expect(error).toBeUndefined();
    expect(await house.labels(secret)).toMatchObject({ AWSCURRENT: token });
    expect(double.opens(await house.value(secret))).toBe(true);
    expect(double.opens(await house.value(secret, 'AWSPREVIOUS'))).toBe(true);
    expect(double.opens(double.first)).toBe(false);
  });
});
