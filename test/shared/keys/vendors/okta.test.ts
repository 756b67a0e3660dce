import { afterEach, describe, expect, it } from 'vitest';
import { type OktaDouble, startOkta } from '../../../../local/doubles/okta.ts';
import { accessTo } from '../../../../shared/keys/access.ts';
import type { AcceptingProvider } from '../../../../shared/keys/provider.ts';
import { okta, staleAmong } from '../../../../shared/keys/vendors/okta.ts';
import { describeProvider, TELLS_NO_USE } from '../../../conformance/provider.case.ts';
import { HAS_NO_END } from '../../../conformance/provider-life.case.ts';
import { configurationCheck, openLabels, step, wholeRotation } from '../../../conformance/rotate.ts';
import { keyWorld } from '../../../support/key-world.ts';
import { labelled } from '../../../support/store.ts';

/** Values come as the doubles know them, not as the schema parses them. */
const provider: AcceptingProvider = okta;

describeProvider({
  provider: okta,
  start: startOkta,
  description: ['okta', 'okta-oauth'],
  descriptionErrs: [
    { fault: /v1\/token: body must NOT have .*"scope"/, reason: 'the slice has the members that all grants share' },
  ],
  skip: [...TELLS_NO_USE, HAS_NO_END],
});

describe('okta', () => {
  const doubles: OktaDouble[] = [];
  afterEach(async () => {
    await Promise.all(doubles.splice(0).map((double) => double.close()));
  });
  async function world() {
    const double = await startOkta();
    doubles.push(double);
    return { ...keyWorld(okta, double), double };
  }
  type World = Awaited<ReturnType<typeof world>>;
  const put = (here: World, fields: Record<string, unknown>) =>
    here.store.putCurrent(JSON.stringify({ ...here.double.first, masterarn: 'arn:admin', ...fields }));

  it('names both secrets when the second one is of somebody else, and touches neither', async () => {
    const here = await world();
    here.double.fill?.();
    const ids = here.double.secrets().map(({ id }) => id);

    const error = await wholeRotation(here).catch((thrown) => thrown);

    expect(error).toMatchObject({ code: 'KEY_LIMIT', retryable: false });
    for (const id of ids) expect(error.message).toContain(id);
    expect(error.message).toContain(`/api/v1/apps/${here.double.first.client_id}/`);
    expect(here.double.secrets().map(({ id, status }) => `${id} ${status}`)).toEqual(ids.map((id) => `${id} ACTIVE`));
  });

  it('passes a configuration check while both places are taken, for that of AWSPREVIOUS would be freed', async () => {
    const here = await world();
    await wholeRotation(here);
    const before = here.double.secrets().map(({ id, status }) => `${id} ${status}`);

    const { reports } = await configurationCheck(here);

    expect(reports).toEqual(['checked']);
    expect(here.double.secrets().map(({ id, status }) => `${id} ${status}`)).toEqual(before);
    expect(before).toHaveLength(2);
  });

  it('removes an inactive secret that it had once', async () => {
    const here = await world();
    await wholeRotation(here);
    const [before] = here.double.secrets();
    Object.assign(before ?? {}, { status: 'INACTIVE' });

    await wholeRotation(here);

    expect(await openLabels(here)).toEqual(expect.arrayContaining(['AWSCURRENT', 'AWSPREVIOUS']));
  });

  it('frees the place of a forgotten secret, and keeps the previous one, whichever is listed first', async () => {
    const here = await world();
    const [current, before] = [{ ...here.double.first }, { ...here.double.first, client_secret: 'before '.repeat(3) }];
    const forgotten = { ...here.double.first, client_secret: 'forgotten '.repeat(3) };
    const access = await accessTo(provider, { ...current, masterarn: 'arn:admin' }, here, here.context({}));
    Object.assign(here.double.secrets()[0] ?? {}, { value: before.client_secret });
    here.double.fill?.();
    Object.assign(here.double.secrets()[1] ?? {}, { value: forgotten.client_secret });

    await provider.accept({ ...current, ...here.double.madeUp }, access, async () => [before, forgotten]);

    expect([before, forgotten].map((value) => here.double.opens(value))).toEqual([true, false]);
  });

  it.each([
    ['is not listed', { value: 'of nobody '.repeat(3) }],
    ['is inactive', { status: 'INACTIVE' }],
  ] as const)('keeps the previous one while the current one %s: that may be all that works', async (_what, change) => {
    const here = await world();
    await wholeRotation(here);
    const [before, current] = here.double.secrets();
    const previous = (await labelled(here.store, 'AWSPREVIOUS')) ?? {};
    const access = await accessTo(provider, (await labelled(here.store, 'AWSCURRENT')) ?? {}, here, here.context({}));
    Object.assign(current ?? {}, change);

    const accepted = provider.accept({ ...previous, ...here.double.madeUp }, access, async () => [previous, previous]);
    await expect(accepted).rejects.toMatchObject({ code: 'KEY_LIMIT' });
    await provider.revoke?.(previous, access);

    expect(here.double.opens(previous)).toBe(true);
    expect(here.double.secrets()).toContain(before);
  });

  it('adds nothing to an app of which no value of the secret is a client secret', async () => {
    const here = await world();
    const mine = await labelled(here.store, 'AWSCURRENT');
    for (const secret of here.double.secrets()) Object.assign(secret, { value: 'of another app '.repeat(3) });
    const access = await accessTo(provider, mine ?? {}, here, here.context({}));

    const accepted = provider.accept({ ...mine, ...here.double.madeUp }, access, async () => []);

    await expect(accepted).rejects.toMatchObject({ code: 'AUTHENTICATION_REFUSED' });
    await expect(provider.check?.(access, async () => [])).rejects.toMatchObject({ code: 'AUTHENTICATION_REFUSED' });
    expect(here.double.secrets()).toHaveLength(1);
  });

  it('activates the pending secret when somebody made it inactive before it was current', async () => {
    const here = await world();
    const token = await here.store.begin();
    await step(here, token, 'createSecret');
    await step(here, token, 'setSecret');
    Object.assign(here.double.secrets().at(-1) ?? {}, { status: 'INACTIVE' });

    await step(here, token, 'setSecret');

    expect(here.double.opens((await labelled(here.store, 'AWSPENDING')) ?? {})).toBe(true);
  });

  it('proves a secret without a token where the app may have none', async () => {
    const here = await world();
    here.double.mayHaveToken = false;
    await put(here, { scope: undefined });

    await wholeRotation(here);

    expect(await openLabels(here)).toContain('AWSCURRENT');
  });

  it.each([undefined, 'https://acme.okta.example', 'https://acme.okta.example/oauth2'])(
    "asks the org's own server for no token, which it gives for private_key_jwt only: issuer %s",
    async (issuer) => {
      const here = await world();
      await put(here, { issuer });

      await expect(wholeRotation(here)).rejects.toMatchObject({
        code: 'INVALID_SECRET',
        hint: expect.stringContaining('leave scope out'),
      });
      expect(await labelled(here.store, 'AWSPENDING')).toBeUndefined();
      await here.store.abandon();
      await expect(configurationCheck(here)).rejects.toMatchObject({ code: 'INVALID_SECRET' });
      expect(here.double.calls).toEqual([]);
    },
  );

  it.each([undefined, ''])(
    "proves a secret at the org's own server without a token: scope and issuer %j",
    async (none) => {
      const here = await world();
      await put(here, { scope: none, issuer: none });

      await wholeRotation(here);

      expect(await openLabels(here)).toContain('AWSCURRENT');
    },
  );

  it('promotes no secret of a client that may not have the scope, and does not call it dead', async () => {
    const here = await world();
    await put(here, { scope: 'orders.write' });

    await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    expect(await openLabels(here)).toContain('AWSCURRENT');
  });

  it('revokes the secret before: deactivated, then deleted; a second time, too', async () => {
    const here = await world();
    await wholeRotation(here);
    const previous = (await labelled(here.store, 'AWSPREVIOUS')) ?? {};
    const access = await accessTo(provider, (await labelled(here.store, 'AWSCURRENT')) ?? {}, here, here.context({}));

    await provider.revoke?.(previous, access);
    await provider.revoke?.(previous, access);

    expect(await openLabels(here)).toEqual(['AWSCURRENT']);
    expect(here.double.secrets()).toHaveLength(1);
  });

  it('never revokes the value that is current', async () => {
    const here = await world();
    const current = (await labelled(here.store, 'AWSCURRENT')) ?? {};
    const access = await accessTo(provider, current, here, here.context({}));

    await provider.revoke?.(current, access);

    expect(await openLabels(here)).toEqual(['AWSCURRENT']);
  });

  it('lets no listed value be seen, not even those of others', async () => {
    const here = await world();
    here.double.fill?.();
    const ctx = here.context({});
    const access = await accessTo(provider, (await labelled(here.store, 'AWSCURRENT')) ?? {}, here, ctx);

    await provider.accept(here.double.madeUp, access, async () => []).catch(() => {});

    for (const { value } of here.double.secrets()) expect(ctx.redact.text(value)).toBe('[redacted]');
  });

  it.each([
    'https://login.evil.example/oauth2/default',
    'https://acme.okta.example.evil.example/oauth2/default',
    'https://acme.okta.example/oauth2/default/../../x',
    'http://acme.okta.example/oauth2/default',
    'default',
    7,
  ])('refuses the issuer %s', async (issuer) => {
    const here = await world();
    await put(here, { issuer });

    await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'INVALID_SECRET' });
    expect(await openLabels(here)).toContain('AWSCURRENT');
  });

  it('sends the admin token to no other domain than its own', async () => {
    const here = await world();
    await put(here, { domain: 'acme.evil.example' });

    await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'TARGET_MISMATCH' });
    expect(here.double.calls).toEqual([]);
  });

  it('says how to abandon a value that Okta does not take, and touches no other one', async () => {
    const here = await world();
    const token = await here.store.begin();
    const short = { ...(await labelled(here.store, 'AWSCURRENT')), client_secret: 'too short' };
    await here.store.versions.put(here.store.secretId, token, JSON.stringify(short));
    const before = here.double.secrets().map(({ id }) => id);

    const set = step(here, token, 'setSecret');

    await expect(set).rejects.toMatchObject({
      code: 'PASSWORD_REFUSED',
      retryable: false,
      hint: expect.stringContaining('take AWSPENDING off'),
    });
    expect(here.double.secrets().map(({ id }) => id)).toEqual(before);
  });

  it.each([
    ['https://acme.okta.com', 'without https://'],
    ['acme.okta.com/', 'without https://'],
    ['acme-admin.okta.com', 'without -admin'],
  ])('takes %s for no domain, before any credential is sent', async (domain, hint) => {
    const here = await world();
    Object.assign(here.double.admin ?? {}, { domain });
    await put(here, { domain });

    const rotated = wholeRotation(here);

    await expect(rotated).rejects.toMatchObject({ code: 'INVALID_SECRET', hint: expect.stringContaining(hint) });
    expect(here.double.calls).toEqual([]);
  });

  it('says with two spellings of one domain that they must be one', async () => {
    const here = await world();
    await put(here, { domain: `https://${here.double.first.domain}` });

    const rotated = wholeRotation(here);

    await expect(rotated).rejects.toMatchObject({ hint: expect.stringContaining('in one spelling') });
  });

  it('takes the value for accepted that a faster delivery of the step has added meanwhile', async () => {
    const { here, token } = await atPost(async (send) => void (await send()));

    await step(here, token, 'setSecret');

    expect(await openLabels(here)).toEqual(['AWSCURRENT', 'AWSPENDING']);
    expect(here.double.secrets()).toHaveLength(2);
  });

  it('names both secrets when somebody takes the place at the last moment', async () => {
    const { here, token } = await atPost(async (_send, double) => double.fill?.());

    const set = step(here, token, 'setSecret');

    await expect(set).rejects.toMatchObject({ code: 'KEY_LIMIT', message: expect.stringMatching(/beside key \S+/) });
    expect(await openLabels(here)).toEqual(['AWSCURRENT']);
  });

  /** Something happens when the secret is about to be added. */
  async function atPost(meanwhile: (send: () => Promise<unknown>, double: OktaDouble) => Promise<void>) {
    const double = await startOkta();
    doubles.push(double);
    const own = keyWorld(okta, double, {}, (transport) => async (request) => {
      if (request.method === 'POST' && request.url.pathname.endsWith('/credentials/secrets')) {
        await meanwhile(() => transport(request), double);
      }
      return transport(request);
    });
    const here = { ...own, double };
    const token = await here.store.begin();
    await step(here, token, 'createSecret');
    return { here, token };
  }
});

/** Listed are the letters of `listed`; a small one is inactive. */
it.each([
  ['an older one before that of AWSPREVIOUS', 'CPO', ['P', 'O'], 'O'],
  ['that of AWSPREVIOUS beside an active current one', 'CP', ['P'], 'P'],
  ['nothing beside an inactive current one', 'cP', ['P'], undefined],
  ['nothing where the current one is not listed', 'XP', ['P'], undefined],
  ['an older one where the current one is inactive', 'cO', ['P', 'O'], 'O'],
  ['nothing that nobody here knows', 'CX', ['P', 'O'], undefined],
  ['neither the current nor the pending one, whatever is known', 'CN', ['N', 'C', 'N'], undefined],
  ['that of AWSPREVIOUS is not older, where it was stored twice', 'cP', ['P', 'P'], undefined],
  ['nothing where nothing is known', 'CX', [], undefined],
])('in the way is %s', (_, letters, known, stale) => {
  const createdAt = new Date(0);
  const listed = [...letters].map((letter) => {
    const value = letter.toUpperCase();
    return { id: `id of ${value}`, value, isActive: letter === value, createdAt };
  });

  expect(staleAmong(listed, { pending: 'N', current: 'C', known })?.value).toBe(stale);
});
