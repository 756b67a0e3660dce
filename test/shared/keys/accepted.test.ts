/** Keys whose value we make: what the strategy asks before it acts, whatever the provider itself would let pass. */
import { afterEach, describe, expect, it } from 'vitest';
import { startAuth0 } from '../../../local/doubles/auth0.ts';
import type { ProviderDouble } from '../../../local/doubles/double.ts';
import { type OktaDouble, startOkta } from '../../../local/doubles/okta.ts';
import type { AcceptingProvider } from '../../../shared/keys/provider.ts';
import { auth0 } from '../../../shared/keys/vendors/auth0.ts';
import { okta } from '../../../shared/keys/vendors/okta.ts';
import type { RotationContext } from '../../../shared/rotation/strategy.ts';
import { configurationCheck, openLabels, step, wholeRotation } from '../../conformance/rotate.ts';
import { keyWorld } from '../../support/key-world.ts';
import { labelled } from '../../support/store.ts';

const doubles: ProviderDouble[] = [];
afterEach(async () => {
  await Promise.all(doubles.splice(0).map((double) => double.close()));
});

async function world<D extends ProviderDouble>(
  provider: AcceptingProvider,
  start: () => Promise<D>,
  given: Partial<RotationContext> = {},
) {
  const double = await start();
  doubles.push(double);
  return { ...keyWorld(provider, double, given), double };
}
const oktaWorld = (provider: AcceptingProvider = okta) =>
  world<OktaDouble>(provider, startOkta, { later: async () => {} });
const inHalfADay = { 'rekey:revoke-after': '12h' };

describe('the previous value', () => {
  it('is kept when the tag was taken off meanwhile', async () => {
    const here = await oktaWorld();
    Object.assign(here.store.tags, inHalfADay);
    const { token } = await wholeRotation(here);
    here.store.tags = {};

    const { reports } = await step(here, token, 'revokePrevious');

    expect(reports).toEqual([]);
    expect(await openLabels(here)).toEqual(['AWSPREVIOUS', 'AWSCURRENT']);
  });

  it('is kept while the current one is refused, although the app lists it as active', async () => {
    const here = await oktaWorld();
    Object.assign(here.store.tags, inHalfADay);
    const { token } = await wholeRotation(here);
    Object.assign(here.double.secrets().at(-1) ?? {}, { lag: 1 });

    const { reports } = await step(here, token, 'revokePrevious');

    expect(reports).toEqual([]);
    expect(await openLabels(here)).toEqual(['AWSPREVIOUS', 'AWSCURRENT']);
  });

  it('is revoked at its time', async () => {
    const here = await oktaWorld();
    Object.assign(here.store.tags, inHalfADay);
    const { token } = await wholeRotation(here);

    const { reports } = await step(here, token, 'revokePrevious');

    expect(reports).toEqual(['revoked']);
    expect(await openLabels(here)).toEqual(['AWSCURRENT']);
  });

  it('is revoked at once when a person asks, and said to stay where the provider ends none by itself', async () => {
    const here = await oktaWorld();
    const there = await world(auth0, startAuth0);
    const [{ token }, other] = [await wholeRotation(here), await wholeRotation(there)];

    const { answer } = await step(here, token, 'revokePrevious', { asked: 'revokePrevious' });
    const left = await step(there, other.token, 'revokePrevious', { asked: 'revokePrevious' });

    expect(answer).toEqual({ outcome: 'revoked' });
    expect(left.answer).toEqual({ outcome: 'kept', because: 'auth0 has none that could be ended by itself' });
    expect(await openLabels(here)).toEqual(['AWSCURRENT']);
  });

  it('asks for no later call where nothing is left of it', async () => {
    const asked: Date[] = [];
    const later = async (at: Date) => void asked.push(at);
    const [brief, lasting] = [await world(auth0, startAuth0, { later }), await world(okta, startOkta, { later })];
    for (const here of [brief, lasting]) Object.assign(here.store.tags, inHalfADay);

    await wholeRotation(brief);
    const none = asked.length;
    await wholeRotation(lasting);

    expect([none, asked.length]).toEqual([0, 1]);
  });
});

it('stores no value for words that are no time', async () => {
  const here = await oktaWorld();
  Object.assign(here.store.tags, { 'rekey:revoke-after': 'soon' });

  await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'INVALID_SECRET' });
  expect(await labelled(here.store, 'AWSPENDING')).toBeUndefined();
});

it.each([
  ['auth0', () => world(auth0, startAuth0)],
  ['okta', () => oktaWorld()],
] as const)('%s: a value that is current and opens is not put in force once more', async (_name, start) => {
  const here = await start();
  const { token } = await wholeRotation(here);
  const before = here.double.calls.length;

  await step(here, token, 'finishSecret');

  const calls = here.double.calls.slice(before);
  expect(calls.filter((call) => /\/api\/v\d/.test(call))).toEqual([]);
});

describe('a configuration check', () => {
  it.each([
    ['words that are no time', { 'rekey:revoke-after': 'soon' }, okta],
    ['a value that could not be made', {}, { ...okta, make: () => unmakeable() }],
  ] as const)('finds %s before the provider is asked as admin', async (_what, tags, provider) => {
    const here = await oktaWorld(provider as AcceptingProvider);
    Object.assign(here.store.tags, tags);

    await expect(configurationCheck(here)).rejects.toThrow();
    expect(here.double.calls.filter((call) => call.includes('/api/v1/'))).toEqual([]);
  });
});

it('puts a value in force that lives and is short of a right, and leaves the judgement to testSecret', async () => {
  const here = await oktaWorld();
  await here.store.putCurrent(JSON.stringify({ ...(await labelled(here.store, 'AWSCURRENT')), scope: 'orders.write' }));
  const token = await here.store.begin();
  await step(here, token, 'createSecret');

  await step(here, token, 'setSecret');

  expect(await openLabels(here)).toEqual(expect.arrayContaining(['AWSCURRENT', 'AWSPENDING']));
  await expect(step(here, token, 'testSecret')).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
});

describe('an admin credential that is refused is not told as a dead key', () => {
  const ofTheAdmin = { name: 'PermissionError', code: 'PERMISSION_DENIED', about: 'arn:admin' };
  const dead = (here: { double: ProviderDouble }) =>
    Object.assign(here.double.admin ?? {}, { api_token: '00dead', client_secret: 'dead'.repeat(9) });

  it.each(['setSecret', 'testSecret', 'revokePrevious'])('in %s', async (name) => {
    const here = await oktaWorld();
    Object.assign(here.store.tags, inHalfADay);
    const { token } = await wholeRotation(here);
    const before = here.double.live();
    const next = name === 'setSecret' ? await here.store.begin() : token;
    if (name === 'setSecret') await step(here, next, 'createSecret');
    dead(here);

    const failed = name === 'testSecret' ? configurationCheck(here) : step(here, next, name);

    await expect(failed).rejects.toMatchObject(ofTheAdmin);
    expect(here.double.live()).toEqual(before);
  });

  it('when AWSCURRENT must be put in force again', async () => {
    const here = await world(auth0, startAuth0);
    const { token } = await wholeRotation(here);
    const before = (await labelled(here.store, 'AWSPREVIOUS')) ?? {};
    const access = { current: before, admin: { ...here.double.admin }, ctx: here.context({}) };
    await (auth0 as AcceptingProvider).accept(before, access, async () => []);
    dead(here);

    await expect(step(here, token, 'finishSecret')).rejects.toMatchObject(ofTheAdmin);
  });
});

function unmakeable(): never {
  throw new Error('no value can be made');
}
