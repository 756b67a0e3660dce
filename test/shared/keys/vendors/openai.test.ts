import { afterEach, describe, expect, it, vi } from 'vitest';
import { type OpenaiDouble, startOpenai } from '../../../../local/doubles/openai.ts';
import { openai } from '../../../../shared/keys/vendors/openai.ts';
import { describeProvider, HAS_NO_LIMIT } from '../../../conformance/provider.case.ts';
import { openLabels, step, wholeRotation } from '../../../conformance/rotate.ts';
import { timelessContext } from '../../../support/context.ts';
import { huge } from '../../../support/huge.ts';
import { keyWorld } from '../../../support/key-world.ts';
import { labelled } from '../../../support/store.ts';

describeProvider({
  provider: openai,
  start: startOpenai,
  description: ['openai'],
  descriptionErrs: [
    { fault: /body must NOT have .*"expires_in_seconds"/, reason: 'younger than the description, and documented' },
  ],
  life: { field: 'expires_in_seconds', unit: 1 },
  skip: [HAS_NO_LIMIT],
});

describe('OpenAI', () => {
  let double: OpenaiDouble;
  const start = async () => {
    double = await startOpenai();
    return keyWorld(openai, double);
  };
  afterEach(() => double.close());

  it('finds a lost account behind a hundred others', async () => {
    const world = await start();
    double.crowd(130);
    const token = await world.store.begin();
    double.troubles.push({ method: 'POST', trouble: 'cut off' });
    await step(world, token, 'createSecret').catch(() => undefined);

    await step(world, token, 'createSecret');

    expect(double.live()).toHaveLength(2);
    expect(await openLabels(world)).toEqual(['AWSCURRENT', 'AWSPENDING']);
  });

  it('ends the previous key by deleting its account, and touches no other account', async () => {
    const world = await start();
    double.crowd(3);

    for (let turn = 0; turn < 2; turn++) await wholeRotation(world);

    const deleted = double.calls.filter((call) => call.startsWith('DELETE'));
    expect(deleted).toEqual([
      `DELETE /v1/organization/projects/proj_abc/service_accounts/${double.first.service_account_id} 200`,
    ]);
  });

  it.each(['owner', 'none'] as const)('makes no member the successor of an account with the role %s', async (role) => {
    const world = await start();
    double.firstRole = role;

    const rotated = wholeRotation(world);

    await expect(rotated).rejects.toMatchObject({ code: 'PRIVILEGES_DIFFER', retryable: false });
    expect(double.live()).toHaveLength(1);
  });

  it('holds the previous key while its account is listed and its key is not: nobody knows of its use', async () => {
    const world = await start();
    await wholeRotation(world);
    const first = String(double.first.service_account_id);
    double.suspend(first);
    double.use?.(double.first);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * 3_600_000 });

    const rotated = wholeRotation(world);

    await expect(rotated).rejects.toMatchObject({ code: 'KEY_IN_USE', retryable: false });
    expect(double.opens(double.first)).toBe(true);
    vi.useRealTimers();
  });

  it('holds the previous key of an account of which no key is listed at all', async () => {
    double = await startOpenai();
    let isEmpty = false;
    const world = keyWorld(openai, double, {}, (transport) => async (request) => {
      const answer = await transport(request);
      return isEmpty && request.url.pathname.endsWith('/api_keys')
        ? { ...answer, body: '{"data":[],"has_more":false}' }
        : answer;
    });
    await wholeRotation(world);
    isEmpty = true;

    const rotated = wholeRotation(world);

    await expect(rotated).rejects.toMatchObject({
      code: 'KEY_IN_USE',
      message: expect.stringContaining('tells nothing'),
    });
    expect(double.opens(double.first)).toBe(true);
  });

  it('makes no key beside one whose service_account_id is mistyped, although the previous one works', async () => {
    const world = await start();
    await wholeRotation(world);
    const [by, hand] = [await labelled(world.store, 'AWSPREVIOUS'), await labelled(world.store, 'AWSCURRENT')];
    await world.store.putCurrent(JSON.stringify(by));
    await world.store.putCurrent(JSON.stringify({ ...hand, service_account_id: 'svc_acct_mistyped' }));
    const before = double.live();

    const rotated = wholeRotation(world);

    await expect(rotated).rejects.toMatchObject({
      fact: 'openai lists no key with the service_account_id of AWSCURRENT',
    });
    expect(double.live()).toEqual(before);
  });

  it('makes no key without limits the successor of one with scopes', async () => {
    const world = await start();
    double.limitFirst();

    await expect(wholeRotation(world)).rejects.toMatchObject({ code: 'PRIVILEGES_DIFFER', retryable: false });
    expect(double.live()).toHaveLength(1);
  });

  it.each([
    ['is handed on as a copy', { hasScopes: true }],
    ['says nothing of scopes', { hasScopes: undefined }],
  ])('makes none either where what is listed of it %s', async (_, told) => {
    double = await startOpenai();
    const current = openai.schema.parse(JSON.stringify(double.first), 'it');
    const admin = openai.adminSchema.parse(JSON.stringify(double.admin), 'it');
    const ctx = timelessContext({ providerEndpoint: double.url });

    const issued = openai.issue('label', { current, admin, ctx }, [{ id: current.service_account_id, ...told }]);

    await expect(issued).rejects.toMatchObject({ code: 'PRIVILEGES_DIFFER', retryable: false });
    expect(double.live()).toHaveLength(1);
  });

  it('promotes no key of an account that was made with another role', async () => {
    double = await startOpenai();
    const world = keyWorld(openai, double, {}, (transport) => async (request) => {
      const answer = await transport(request);
      return request.method === 'POST' ? { ...answer, body: answer.body.replace('"member"', '"none"') } : answer;
    });

    await expect(wholeRotation(world)).rejects.toMatchObject({ code: 'PRIVILEGES_DIFFER' });
    expect(await openLabels(world)).toContain('AWSCURRENT');
  });

  it('names the field where keys must end, and the secret asks for no life', async () => {
    const world = await start();
    double.longestLife = 86_400 * 30;

    const rotated = wholeRotation(world);

    await expect(rotated).rejects.toMatchObject({
      fact: 'openai makes no service account because of expires_in_seconds (HTTP 400)',
      retryable: false,
      hint: expect.stringContaining('expires_in_seconds'),
    });
    expect(double.live()).toHaveLength(1);
  });

  it.each([{ param: null }, { param: 'sk-svcacct-of-somebody' }, {}])(
    'repeats no other word of an error with %j',
    async (error) => {
      double = await startOpenai();
      const world = keyWorld(openai, double, {}, (transport) => async (request) => {
        const answer = await transport(request);
        return request.method === 'POST' ? { ...answer, status: 400, body: JSON.stringify({ error }) } : answer;
      });

      await expect(wholeRotation(world)).rejects.toMatchObject({
        fact: 'openai makes no service account like this (HTTP 400)',
      });
    },
  );

  it.each(['soon', 0, 1.5, huge])('refuses a life of %j', async (expires_in_seconds) => {
    const world = await start();
    await world.store.putCurrent(JSON.stringify({ ...double.first, masterarn: 'arn:admin', expires_in_seconds }));

    await expect(wholeRotation(world)).rejects.toMatchObject({ code: 'INVALID_SECRET' });
    expect(double.live()).toHaveLength(1);
  });

  it('makes no key while no key of the current account is listed: nobody can tell what limits it', async () => {
    double = await startOpenai();
    const world = keyWorld(openai, double, {}, (transport) => async (request) => {
      const answer = await transport(request);
      return request.url.pathname.endsWith('/api_keys') ? { ...answer, body: '{"data":[],"has_more":false}' } : answer;
    });

    await expect(wholeRotation(world)).rejects.toMatchObject({ code: 'PRIVILEGES_DIFFER' });
    expect(double.live()).toHaveLength(1);
  });

  it('makes no successor for a key whose account somebody deleted, and keeps the previous one', async () => {
    const world = await start();
    await wholeRotation(world);
    const current = (await labelled(world.store, 'AWSCURRENT')) ?? {};
    double.forget(String(current.service_account_id));

    await expect(wholeRotation(world)).rejects.toMatchObject({ name: 'InvalidSecretError' });

    expect(await openLabels(world)).toEqual(['AWSPREVIOUS']);
    expect(double.live()).toEqual([double.first.api_key]);
  });

  it('says who must be asked when no admin secret is named', async () => {
    const world = await start();
    await world.store.putCurrent(JSON.stringify(double.first));

    const rotated = wholeRotation(world);

    await expect(rotated).rejects.toMatchObject({ code: 'INVALID_SECRET', hint: expect.stringContaining('masterarn') });
  });

  it.each([
    ['project_id', '../admin_api_keys?x='],
    ['project_id', '..'],
    ['service_account_id', 'a/b'],
    ['service_account_id', 'svc_acct_of_nobody'],
  ])('changes nothing for a %s of %s, which the project does not have', async (field, value) => {
    const world = await start();
    await world.store.putCurrent(JSON.stringify({ ...(await labelled(world.store, 'AWSCURRENT')), [field]: value }));

    const rotated = wholeRotation(world);

    await expect(rotated).rejects.toMatchObject({ code: 'INVALID_SECRET' });
    expect(double.calls.filter((call) => !call.startsWith('GET'))).toEqual([]);
  });

  it('revokes the previous key of an account that has no access at the moment, when the whole list says that it is unused', async () => {
    const world = await start();
    await wholeRotation(world);
    double.suspend(String(double.first.service_account_id));

    await wholeRotation(world);

    expect(double.opens(double.first)).toBe(false);
    expect(double.live()).toHaveLength(2);
  });
});
