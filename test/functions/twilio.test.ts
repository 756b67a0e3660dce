/** The packaged functions, end to end: real processes, the sandbox's Secrets Manager and Scheduler, doubles of Twilio. */
import { afterAll, describe, expect, it } from 'vitest';
import { startTwilioApiKey } from '../../local/doubles/twilio/api-key.ts';
import { packagedKey } from '../support/packaged-key.ts';
import { startTwilioAuthToken } from '../support/twilio-auth-token.ts';

const keys = await packagedKey('twilio', startTwilioApiKey);
const tokens = await packagedKey('twilio', startTwilioAuthToken);
afterAll(() => Promise.all([keys.close(), tokens.close()]));

describe('twilio', () => {
  it.each([
    ['apiKey', keys],
    ['authToken', tokens],
  ])('%s rotates: AWSCURRENT and AWSPREVIOUS work, what is older is revoked', async (handler, house) => {
    const arn = house.register(handler);
    const secret = await house.secret();
    await house.rotate(secret, arn);

    const { error, token } = await house.rotate(secret, arn);

    expect(error).toBeUndefined();
    expect(await house.labels(secret)).toMatchObject({ AWSCURRENT: token });
    expect(house.double.opens(await house.value(secret))).toBe(true);
    expect(house.double.opens(await house.value(secret, 'AWSPREVIOUS'))).toBe(true);
    expect(house.double.opens(house.double.first)).toBe(false);
  });

  it('promotes the auth token when its grace time is over, and AWSCURRENT lives on', async () => {
    const { double } = tokens;
    const arn = tokens.register('authToken');
    const [now = ''] = double.live();
    const secret = await tokens.secret({ auth_token: now }, { 'rekey:revoke-after': '12h' });
    await fetch(`${double.url}/v1/AuthTokens/Secondary`, {
      method: 'DELETE',
      headers: { authorization: `Basic ${Buffer.from(`${double.first.account_sid}:${now}`).toString('base64')}` },
    });
    await tokens.rotate(secret, arn);
    const untilThen = double.opens({ auth_token: now });

    await tokens.sandbox.scheduler.due(Date.now() + 13 * 3_600_000);

    expect(untilThen).toBe(true);
    expect(double.live()).toEqual([(await tokens.value(secret)).auth_token]);
    expect(tokens.messages(secret).map(({ body }) => body.outcome)).toEqual(['succeeded', 'revoked']);
  });
});
