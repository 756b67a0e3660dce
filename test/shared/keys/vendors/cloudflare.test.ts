import { afterEach, describe, expect, it, vi } from 'vitest';
import { type CloudflareDouble, startCloudflare } from '../../../../local/doubles/cloudflare.ts';
import { accessTo } from '../../../../shared/keys/access.ts';
import type { IssuingProvider } from '../../../../shared/keys/provider.ts';
import { cloudflare } from '../../../../shared/keys/vendors/cloudflare/cloudflare.ts';
import { describeProvider } from '../../../conformance/provider.case.ts';
import { hasNoCap } from '../../../conformance/provider-life.case.ts';
import { inList } from '../../../conformance/provider-rights.case.ts';
import { configurationCheck, openLabels, rotation, step, wholeRotation } from '../../../conformance/rotate.ts';
import { keyWorld } from '../../../support/key-world.ts';
import { byLabel, labelled } from '../../../support/store.ts';

/** Values come as the doubles know them, not as the schema parses them. */
const provider: IssuingProvider = cloudflare;

describeProvider({
  provider: cloudflare,
  start: startCloudflare,
  description: ['cloudflare-account', 'cloudflare-user'],
  limitUntold: 'no answer tells a quota, and an organization may have more than the documented one by agreement',
  skip: [hasNoCap('no page tells of a cap: a token lives as long as the current one does')],
  rights: {
    limits: ['policies', 'resources', 'permission_groups'],
    regranted: inList('permission_groups', { id: '5bc3f8b21c554832afc660159ab75fa4' }),
  },
  descriptionErrs: [{ fault: /answer 4\d\d\/success/, reason: 'its refusals are successes by its word' }],
});

describe('Cloudflare', () => {
  let double: CloudflareDouble;
  const start = async (kind: 'account' | 'user' = 'account') => {
    double = await startCloudflare(kind);
    return keyWorld(cloudflare, double);
  };
  const newest = () => [...double.tokens.values()].at(-1);
  const firstToken = () => double.tokens.get(String(double.first.token_id));
  afterEach(() => {
    vi.useRealTimers();
    return double.close();
  });

  it('rotates the token of a user, too', async () => {
    const world = await start('user');

    for (let turn = 0; turn < 3; turn++) await wholeRotation(world);

    expect(await openLabels(world)).toEqual(['AWSPREVIOUS', 'AWSCURRENT']);
    expect(double.live()).toHaveLength(2);
  });

  it('rotates a secret that is a bare token, with the account in a tag', async () => {
    const world = await start();
    const { api_token, account_id } = double.first;
    Object.assign(world.store.tags, { 'rekey:account_id': account_id, 'rekey:masterarn': 'arn:admin' });
    await world.store.putCurrent(String(api_token));

    for (let turn = 0; turn < 2; turn++) await wholeRotation(world);

    const { AWSCURRENT = '', AWSPREVIOUS = '' } = await byLabel(world.store);
    expect([await world.store.valueOf(AWSPREVIOUS), await world.store.valueOf(AWSCURRENT)]).toEqual(double.live());
  });

  it('asks no previous token for its id in a configuration check', async () => {
    const world = await start();
    const { api_token, account_id } = double.first;
    Object.assign(world.store.tags, { 'rekey:account_id': account_id, 'rekey:masterarn': 'arn:admin' });
    await world.store.putCurrent(String(api_token));
    await wholeRotation(world);
    delete firstToken()?.last_used_on;

    const { reports } = await configurationCheck(world);

    expect([reports, firstToken()]).toMatchObject([['checked'], { status: 'active' }]);
    expect(firstToken()).not.toHaveProperty('last_used_on');
  });

  it('gives the new token the policies, addresses and length of life of the current one', async () => {
    const world = await start();
    const token = firstToken();
    if (token === undefined) throw new Error('no first token');
    token.condition = { request_ip: { in: ['192.0.2.0/24'], not_in: [] } };
    token.issued_on = new Date(Date.now() - 20 * 86_400_000).toISOString();
    token.expires_on = new Date(Date.now() + 10 * 86_400_000).toISOString();

    await wholeRotation(world);

    const made = newest();
    const days = (Date.parse(made?.expires_on ?? '') - Date.now()) / 86_400_000;
    expect(made?.policies.map(({ permission_groups, resources }) => ({ permission_groups, resources }))).toEqual(
      token.policies.map(({ permission_groups, resources }) => ({
        permission_groups: permission_groups.map(({ id }) => ({ id })),
        resources,
      })),
    );
    expect(made?.condition).toEqual({ request_ip: { in: ['192.0.2.0/24'] } });
    expect(days).toBeCloseTo(30, 1);
  });

  it.each(['request.ip', 'request_ip'] as const)(
    'copies the addresses that %s limits the token to',
    async (spelling) => {
      const world = await start();
      double.spelling = spelling;
      Object.assign(firstToken() ?? {}, {
        condition: { 'request.ip': { in: ['192.0.2.0/24'], not_in: ['192.0.2.1'] }, mfa: { of: 'the user' } },
      });

      await wholeRotation(world);

      expect(newest()?.condition).toEqual({
        [spelling]: { in: ['192.0.2.0/24'], not_in: ['192.0.2.1'] },
        mfa: { of: 'the user' },
      });
      expect(await openLabels(world)).toEqual(['AWSPREVIOUS', 'AWSCURRENT']);
    },
  );

  it.each([
    ['no condition', () => undefined],
    ['another one', () => ({ request_ip: { in: ['0.0.0.0/0'] } })],
  ])('promotes no token that was made with %s', async (_what, changes) => {
    const world = await start();
    Object.assign(firstToken() ?? {}, { condition: { request_ip: { in: ['192.0.2.0/24'] } } });
    double.changes = changes;

    await expect(wholeRotation(world)).rejects.toMatchObject({ code: 'PRIVILEGES_DIFFER' });
    expect(await openLabels(world)).toEqual(['AWSCURRENT']);
  });

  it('compares resources within resources', async () => {
    const world = await start();
    const [policy] = firstToken()?.policies ?? [];
    Object.assign(policy ?? {}, {
      resources: { 'com.cloudflare.api.account.1': { 'com.cloudflare.api.account.zone.2': '*' } },
    });
    double.widens = true;

    await expect(wholeRotation(world)).rejects.toMatchObject({ code: 'PRIVILEGES_DIFFER' });
  });

  it('promotes no token that was made without a permission of the current one', async () => {
    const world = await start();
    double.withheld = firstToken()?.policies[0]?.permission_groups[0]?.id ?? '';

    const rotated = wholeRotation(world);

    await expect(rotated).rejects.toMatchObject({ code: 'PRIVILEGES_DIFFER' });
    expect(await openLabels(world)).toEqual(['AWSCURRENT']);
  });

  it('leaves no token behind that was made without a permission, once it is granted', async () => {
    const world = await start();
    double.withheld = firstToken()?.policies[0]?.permission_groups[0]?.id ?? '';
    await wholeRotation(world).catch(() => undefined);
    await world.store.abandon();
    double.withheld = '';

    await wholeRotation(world);

    expect(double.live()).toHaveLength(2);
  });

  it.each(['account', 'user'] as const)('names the tokens when the quota of the %s is used up', async (kind) => {
    const world = await start(kind);
    double.fill?.();
    const before = double.live();

    const rotated = wholeRotation(world);

    await expect(rotated).rejects.toMatchObject({
      code: 'KEY_LIMIT',
      message: expect.stringMatching(/beside key \S+/),
    });
    expect(double.live()).toEqual(before);
  });

  it('promotes no token whose policies forbid what those of the current one allow', async () => {
    double = await startCloudflare('account');
    const world = keyWorld(cloudflare, double, {}, (transport) => async (request) => {
      const answer = await transport(request);
      return request.method === 'POST' ? { ...answer, body: answer.body.replaceAll('"allow"', '"deny"') } : answer;
    });

    await expect(wholeRotation(world)).rejects.toMatchObject({ code: 'PRIVILEGES_DIFFER' });
    expect(await openLabels(world)).toContain('AWSCURRENT');
  });

  it('promotes no pending token beside the id of another one', async () => {
    const world = await start();
    const token = await world.store.begin();
    await step(world, token, 'createSecret');
    const pending = await labelled(world.store, 'AWSPENDING');
    const access = await accessTo(
      provider,
      (await labelled(world.store, 'AWSCURRENT')) ?? {},
      world,
      world.context({}),
    );

    const verified = provider.verify({ ...pending, token_id: double.first.token_id }, access);

    await expect(verified).rejects.toMatchObject({ code: 'TARGET_MISMATCH' });
  });

  it('revokes nothing while token_id is not the id of the token', async () => {
    const world = await start();
    await wholeRotation(world);
    const current = await labelled(world.store, 'AWSCURRENT');
    await world.store.putCurrent(JSON.stringify({ ...current, token_id: double.first.token_id }));
    const before = double.live();

    const rotated = wholeRotation(world);

    await expect(rotated).rejects.toMatchObject({ code: 'TARGET_MISMATCH' });
    expect(double.live()).toEqual(before);
  });

  it('asks for the id that a JSON value lacks', async () => {
    const world = await start();
    const { token_id: _, ...lacking } = double.first;
    await world.store.putCurrent(JSON.stringify(lacking));

    const rotated = wholeRotation(world);

    await expect(rotated).rejects.toMatchObject({
      code: 'INVALID_SECRET',
      message: expect.stringContaining('token_id'),
    });
  });

  it.each(['..', 'a/../../user', '023E105F4ECEF8AD9CA31A8372D0C353'])('goes nowhere for the account %s', async (id) => {
    const world = await start();
    Object.assign(double.admin ?? {}, { account_id: id });
    await world.store.putCurrent(JSON.stringify({ ...(await labelled(world.store, 'AWSCURRENT')), account_id: id }));

    const rotated = wholeRotation(world);

    await expect(rotated).rejects.toMatchObject({ code: 'INVALID_SECRET' });
    expect(double.calls).toEqual([]);
  });

  it('never rolls a token', async () => {
    const world = await start();

    for (let turn = 0; turn < 2; turn++) await wholeRotation(world);

    expect(double.calls.filter((call) => call.startsWith('PUT'))).toEqual([]);
  });

  it.each(['disabled', 'expired'] as const)('makes no successor for a token that is %s', async (status) => {
    const world = await start();
    Object.assign(firstToken() ?? {}, { status });
    const before = double.tokens.size;

    await expect(wholeRotation(world)).rejects.toMatchObject({ code: 'AUTHENTICATION_REFUSED' });
    expect(double.tokens.size).toBe(before);
  });

  it('holds no bare token for a use that its own identification may be', async () => {
    const world = await start();
    const { api_token, account_id } = double.first;
    Object.assign(world.store.tags, { 'rekey:account_id': account_id, 'rekey:masterarn': 'arn:admin' });
    await world.store.putCurrent(String(api_token));
    await wholeRotation(world);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * 3_600_000 });
    const token = await world.store.begin();
    double.troubles.push({ method: 'DELETE', trouble: { status: 400 } });
    await step(world, token, 'createSecret').catch(() => undefined);
    const before = double.opens(double.first);

    await rotation(world, token);

    expect([before, double.opens(double.first)]).toEqual([true, false]);
    expect((await byLabel(world.store)).AWSCURRENT).toBe(token);
  });
});
