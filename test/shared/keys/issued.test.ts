/** Keys that the provider makes: deliveries that meet, and who is told of a credential that is refused. */
import { afterEach, describe, expect, it } from 'vitest';
import type { ProviderDouble } from '../../../local/doubles/double.ts';
import { startSendgrid } from '../../../local/doubles/sendgrid.ts';
import { accessTo } from '../../../shared/keys/access.ts';
import type { Transport } from '../../../shared/keys/api/transport.ts';
import { newLabel } from '../../../shared/keys/labels.ts';
import type { IssuingProvider } from '../../../shared/keys/provider.ts';
import { sendgrid } from '../../../shared/keys/vendors/sendgrid.ts';
import type { RotationContext } from '../../../shared/rotation/strategy.ts';
import { configurationCheck, openLabels, step, wholeRotation } from '../../conformance/rotate.ts';
import { type KeyWorld, keyWorld } from '../../support/key-world.ts';
import { labelled } from '../../support/store.ts';

/** Values come as the doubles know them, not as the schema parses them. */
const provider: IssuingProvider = sendgrid;

const doubles: ProviderDouble[] = [];
afterEach(async () => {
  await Promise.all(doubles.splice(0).map((double) => double.close()));
});

async function world(given: Partial<RotationContext> = {}, through?: (transport: Transport) => Transport) {
  const double = await startSendgrid();
  doubles.push(double);
  return keyWorld(sendgrid, double, given, through);
}

it('takes the key that another delivery stores while this one waits for it, and makes none beside it', async () => {
  let store = async () => {};
  const here = await world({ timeLimitMs: 30_000, pause: () => store() });
  const token = await here.store.begin();
  const ctx = here.context({ secretId: here.store.secretId, token });
  const access = await accessTo(provider, (await labelled(here.store, 'AWSCURRENT')) ?? {}, here, ctx);
  const theirs = await provider.issue(newLabel(ctx, Date.now()), access, await provider.keys(access));
  store = async () => void (await here.store.versions.put(here.store.secretId, token, JSON.stringify(theirs)));

  await step(here, token, 'createSecret');

  expect(await labelled(here.store, 'AWSPENDING')).toEqual(theirs);
  expect(here.double.live()).toEqual([here.double.first.api_key, theirs.api_key]);
});

it('revokes a previous key that a person made, which lives and is short of a right', async () => {
  const short =
    (transport: Transport): Transport =>
    async (request) =>
      request.headers.authorization === `Bearer ${shortOf}`
        ? { status: 403, headers: {}, body: '{}' }
        : transport(request);
  let shortOf: unknown;
  const here = await world({}, short);
  await wholeRotation(here);
  shortOf = here.double.first.api_key;

  await wholeRotation(here);

  expect(here.double.opens(here.double.first)).toBe(false);
  expect(await openLabels(here)).toEqual(expect.arrayContaining(['AWSPREVIOUS', 'AWSCURRENT']));
});

describe('a credential that is refused', () => {
  const ofTheAdmin = { name: 'PermissionError', code: 'PERMISSION_DENIED', about: 'arn:admin' };
  const dead = ({ double }: KeyWorld) => Object.assign(double.admin ?? {}, double.madeUp);

  it.each(['createSecret', 'testSecret', 'revokePrevious'])(
    'is the admin secret in %s: its owner is told',
    async (name) => {
      const here = await world({ later: async () => {} });
      Object.assign(here.store.tags, { 'rekey:revoke-after': '12h' });
      const { token } = await wholeRotation(here);
      const before = here.double.live();
      const next = name === 'createSecret' ? await here.store.begin() : token;
      dead(here);

      const failed = name === 'testSecret' ? configurationCheck(here) : step(here, next, name);

      await expect(failed).rejects.toMatchObject(ofTheAdmin);
      expect(here.double.live()).toEqual(before);
    },
  );

  it('is the key itself, where that manages the others', async () => {
    const here = await world();
    const before = here.double.live();
    await here.store.putCurrent(JSON.stringify({ ...here.double.first, ...here.double.madeUp }));

    await expect(wholeRotation(here)).rejects.toMatchObject({ name: 'AuthenticationError', about: undefined });
    expect(here.double.live()).toEqual(before);
  });
});
