/** The packaged functions of five providers, end to end: real processes, the sandbox's Secrets Manager, a double of each. */
import { describe, expect, it } from 'vitest';
import { startAtlas } from '../../local/doubles/atlas.ts';
import { startAuth0 } from '../../local/doubles/auth0.ts';
import { startDatadogApiKeys, startDatadogApplicationKeys } from '../../local/doubles/datadog.ts';
import { startGitlab } from '../../local/doubles/gitlab.ts';
import { startOkta } from '../../local/doubles/okta.ts';
import { type PackagedKey, packagedKey } from '../support/packaged-key.ts';

const houses: [handler: string, open: () => Promise<PackagedKey>, both: boolean][] = [
  ['apiKey', () => packagedKey('datadog', startDatadogApiKeys), true],
  ['applicationKey', () => packagedKey('datadog', startDatadogApplicationKeys), true],
  ['gitlab', () => packagedKey('gitlab', startGitlab), true],
  ['okta', () => packagedKey('okta', startOkta), true],
  ['auth0', () => packagedKey('auth0', startAuth0), false],
  ['atlas', () => packagedKey('atlas', startAtlas), true],
];

describe.each(houses)('%s', (handler, open, both) => {
  it('rotates twice: AWSCURRENT works, AWSPREVIOUS where there is room, what is older is revoked', async () => {
    await using house = Object.assign(await open(), { [Symbol.asyncDispose]: () => house.close() });
    const arn = house.register(handler);
    const secret = await house.secret();
    const first = await house.value(secret);

    const errors = [(await house.rotate(secret, arn)).error, (await house.rotate(secret, arn)).error];

    expect(errors).toEqual([undefined, undefined]);
    expect(house.double.opens(await house.value(secret))).toBe(true);
    expect(house.double.opens(await house.value(secret, 'AWSPREVIOUS'))).toBe(both);
    expect(house.double.opens(first)).toBe(false);
    expect(house.messages(secret).map(({ body }) => body.outcome)).toEqual(['succeeded', 'succeeded']);
  });

  it('shows no key when the admin credential is refused', async () => {
    await using house = Object.assign(await open(), { [Symbol.asyncDispose]: () => house.close() });
    const { admin = {}, first, powerless } = house.double;
    const masterarn = await house.rawSecret(JSON.stringify({ ...admin, ...powerless }));
    const secret = await house.secret({ masterarn });

    const { error } = await house.rotate(secret, house.register(handler));

    expect(error?.errorType).toBe('PermissionError');
    const told = JSON.stringify([error, house.messages(secret)]);
    const values = Object.entries({ ...first, ...powerless }).filter(([field]) => /secret$|key$|token$/.test(field));
    for (const [, value] of values) expect(told).not.toContain(value);
    expect(house.double.opens(first)).toBe(true);
  });
});
