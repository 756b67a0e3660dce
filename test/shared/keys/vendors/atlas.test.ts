import { afterEach, describe, expect, it } from 'vitest';
import { type AtlasDouble, startAtlas } from '../../../../local/doubles/atlas.ts';
import { accessTo } from '../../../../shared/keys/access.ts';
import type { IssuingProvider } from '../../../../shared/keys/provider.ts';
import { atlas } from '../../../../shared/keys/vendors/atlas.ts';
import { describeProvider } from '../../../conformance/provider.case.ts';
import { configurationCheck, openLabels, step, wholeRotation } from '../../../conformance/rotate.ts';
import { huge } from '../../../support/huge.ts';
import { keyWorld } from '../../../support/key-world.ts';
import { labelled } from '../../../support/store.ts';

/** Values come as the doubles know them, not as the schema parses them. */
const provider: IssuingProvider = atlas;

describeProvider({
  provider: atlas,
  start: startAtlas,
  description: ['atlas'],
  life: { field: 'expires_after_hours', unit: 3600 },
  descriptionErrs: [
    { fault: /^GET \/api\/atlas\/v2\/orgs\/\w+\/settings: is no operation/, reason: 'described, and not in the slice' },
    {
      fault: /^POST \/api\/oauth\/token: is no operation/,
      reason: 'described as the tokenUrl of a security scheme only',
    },
  ],
});

describe('atlas', () => {
  const DAY = 86_400_000;
  const doubles: AtlasDouble[] = [];
  afterEach(async () => {
    await Promise.all(doubles.splice(0).map((double) => double.close()));
  });
  async function world(given = {}) {
    const double = await startAtlas();
    doubles.push(double);
    return { ...keyWorld(atlas, double, given), double };
  }
  type World = Awaited<ReturnType<typeof world>>;
  const put = (here: World, fields: Record<string, unknown>) =>
    here.store.putCurrent(JSON.stringify({ ...here.double.first, masterarn: 'arn:admin', ...fields }));
  const hoursLeft = ({ expiresAt }: { expiresAt: Date }) => Math.round((expiresAt.getTime() - Date.now()) / 3_600_000);

  it('takes expired secrets away: they hold their place', async () => {
    const here = await world();
    await wholeRotation(here);
    here.double.age(8 * DAY);
    await put(here, { ...(await labelled(here.store, 'AWSCURRENT')) });

    await wholeRotation(here);

    expect(await openLabels(here)).toEqual(expect.arrayContaining(['AWSCURRENT', 'AWSPREVIOUS']));
    expect(here.double.live()).toHaveLength(2);
  });

  it('replaces the secret of an abandoned rotation, which nothing but its proof has used', async () => {
    const here = await world();
    await wholeRotation(here);
    const token = await here.store.begin();
    await step(here, token, 'createSecret');
    await step(here, token, 'testSecret');
    await here.store.abandon();

    await wholeRotation(here);

    expect(here.double.live()).toEqual([expect.anything(), (await labelled(here.store, 'AWSCURRENT'))?.client_secret]);
  });

  it('finds no key in a value of another service account', async () => {
    const here = await world();
    const access = await accessTo(provider, { ...here.double.first, masterarn: 'arn:admin' }, here, here.context({}));

    const id = await provider.identify({ ...here.double.first, client_id: 'mdb_sa_id_other' }, access);

    expect(id).toBeUndefined();
  });

  it('does not wait for an expired secret to be quiet', async () => {
    const here = await world();
    await wholeRotation(here);
    here.double.use?.((await labelled(here.store, 'AWSPREVIOUS')) ?? {});
    here.double.age(8 * DAY);

    await wholeRotation(here);

    expect(await openLabels(here)).toContain('AWSCURRENT');
  });

  it('gives every secret its full life, although an abandoned rotation has cut that of the current one', async () => {
    const here = await world();
    await put(here, { expires_after_hours: 720 });
    const token = await here.store.begin();
    await step(here, token, 'createSecret');
    await here.store.abandon();

    await wholeRotation(here);

    expect(here.double.secrets().map(hoursLeft).toSorted()).toEqual([168, 720]);
  });

  it('gives a secret the longest life that the organization allows', async () => {
    const here = await world();
    here.double.longestLife = 2160 * 3600;

    await wholeRotation(here);

    expect(here.double.secrets().map(hoursLeft)).toContain(2160);
  });

  it.each([7, 8760])('asks for no life of %i hours, which is none that an organization can choose', async (hours) => {
    const here = await world();
    here.double.longestLife = hours * 3600;
    here.double.troubles.push({ at: /secrets$/, method: 'POST', trouble: { status: 400 } });

    await expect(wholeRotation(here)).rejects.toMatchObject({ hint: expect.stringContaining('expires_after_hours') });
    expect(here.double.calls.filter((call) => /^POST .*secrets /.test(call))).toHaveLength(1);
    expect(here.double.live()).toHaveLength(1);
  });

  it('names the field, too, where the admin credential may not read what the organization allows', async () => {
    const here = await world();
    here.double.longestLife = 2160 * 3600;
    here.double.troubles.push({ at: /settings$/, trouble: { status: 403 } });

    await expect(wholeRotation(here)).rejects.toMatchObject({ hint: expect.stringContaining('expires_after_hours') });
    expect(here.double.live()).toHaveLength(1);
  });

  it.each([7, 9000, 'long', 8.5, huge])('refuses a life of %j hours', async (expires_after_hours) => {
    const here = await world();
    await put(here, { expires_after_hours });

    await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'INVALID_SECRET' });
    expect(here.double.live()).toHaveLength(1);
  });

  it('refuses a grace time that Atlas does not keep, before anything is made', async () => {
    const here = await world({ later: async () => {} });
    await put(here, { revokeAfter: '8d' });

    await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'INVALID_SECRET' });
    expect(here.double.calls).toEqual([]);
    await here.store.abandon();
    await expect(configurationCheck(here)).rejects.toMatchObject({
      fact: expect.stringContaining('longer than 7 days'),
    });
  });

  it('takes a grace time of seven days', async () => {
    const here = await world({ later: async () => {} });
    await put(here, { revokeAfter: '7d' });

    await wholeRotation(here);

    expect(await openLabels(here)).toContain('AWSCURRENT');
  });

  it('takes no secret that does not say which one it is', async () => {
    const here = await world();
    await put(here, { secret_id: undefined });

    await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'INVALID_SECRET' });
    expect(here.double.calls).toEqual([]);
  });

  it('rotates by its own secret where the service account may', async () => {
    const here = await world();
    here.double.allow(String(here.double.first.client_id));
    await put(here, { masterarn: undefined });

    for (let turn = 0; turn < 3; turn++) await wholeRotation(here);

    expect(await openLabels(here)).toEqual(expect.arrayContaining(['AWSCURRENT', 'AWSPREVIOUS']));
    expect(here.double.live()).toHaveLength(2);
  });

  it('asks for one admin token in a step', async () => {
    const here = await world();
    await wholeRotation(here);
    const token = await here.store.begin();
    const before = here.double.calls.length;

    await step(here, token, 'createSecret');

    const asked = here.double.calls.slice(before).filter((call) => call.includes('/oauth/token'));
    expect(asked).toHaveLength(2);
  });

  it.each([
    ['org_id', '..'],
    ['client_id', '../../orgs'],
  ])('lets %s lead nowhere else', async (field, value) => {
    const here = await world();
    if (field === 'org_id') Object.assign(here.double.admin ?? {}, { org_id: value });
    await put(here, { [field]: value });

    await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'INVALID_SECRET' });
  });

  it('sends the admin secret for no other organization than its own', async () => {
    const here = await world();
    await put(here, { org_id: 'f'.repeat(24) });

    await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'TARGET_MISMATCH' });
    expect(here.double.calls).toEqual([]);
  });

  it('takes the secret that another delivery has stored when both places turn out to be taken', async () => {
    const double = await startAtlas();
    doubles.push(double);
    let faster = async () => {};
    const here = keyWorld(atlas, double, { timeLimitMs: 30_000 }, (transport) => async (request) => {
      if (request.method === 'POST' && request.url.pathname.endsWith('/secrets')) await faster();
      return transport(request);
    });
    const token = await here.store.begin();
    faster = async () => {
      faster = async () => {};
      await step(here, token, 'createSecret');
    };

    await step(here, token, 'createSecret');

    expect(double.live()).toEqual([
      double.first.client_secret,
      (await labelled(here.store, 'AWSPENDING'))?.client_secret,
    ]);
  });

  it('names both secrets when somebody takes the place at the last moment', async () => {
    const double = await startAtlas();
    doubles.push(double);
    const here = keyWorld(atlas, double, {}, (transport) => async (request) => {
      if (request.method === 'POST' && request.url.pathname.endsWith('/secrets')) double.fill?.();
      return transport(request);
    });

    await expect(wholeRotation(here)).rejects.toMatchObject({
      code: 'KEY_LIMIT',
      message: expect.stringMatching(/beside key \S+/),
    });
    expect(double.live()).toEqual([double.first.client_secret]);
  });

  it('takes the value of AWSCURRENT for that secret, whatever id stands beside it elsewhere', async () => {
    const here = await world();
    const current = { ...here.double.first, masterarn: 'arn:admin' };
    const access = await accessTo(provider, current, here, here.context({}));

    const id = await provider.identify({ ...current, secret_id: 'of another one' }, access);

    expect(id).toBe(here.double.first.secret_id);
  });

  it('tells in the secret when the new one ends', async () => {
    const here = await world();

    await wholeRotation(here);

    const ends = here.double.secrets().at(-1)?.expiresAt.toISOString();
    expect((await labelled(here.store, 'AWSCURRENT'))?.expires_at).toBe(ends);
  });
});
