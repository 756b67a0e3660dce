import { afterEach, describe, expect, it } from 'vitest';
import { type Auth0Double, startAuth0 } from '../../../../local/doubles/auth0.ts';
import { accessTo } from '../../../../shared/keys/access.ts';
import type { AcceptingProvider } from '../../../../shared/keys/provider.ts';
import { auth0 } from '../../../../shared/keys/vendors/auth0.ts';
import { describeProvider, HAS_NO_LIMIT, TELLS_NO_USE } from '../../../conformance/provider.case.ts';
import { HAS_NO_END } from '../../../conformance/provider-life.case.ts';
import { openLabels, step, wholeRotation } from '../../../conformance/rotate.ts';
import { keyWorld } from '../../../support/key-world.ts';
import { byLabel, labelled } from '../../../support/store.ts';

/** Values come as the doubles know them, not as the schema parses them. */
const provider: AcceptingProvider = auth0;

describeProvider({
  provider: auth0,
  start: startAuth0,
  description: ['auth0', 'auth0-authn'],
  skip: [HAS_NO_LIMIT, ...TELLS_NO_USE, HAS_NO_END],
});

describe('auth0', () => {
  const doubles: Auth0Double[] = [];
  afterEach(async () => {
    await Promise.all(doubles.splice(0).map((double) => double.close()));
  });
  async function world() {
    const double = await startAuth0();
    doubles.push(double);
    return { ...keyWorld(auth0, double), double };
  }
  type World = Awaited<ReturnType<typeof world>>;
  const put = (here: World, fields: Record<string, unknown>) =>
    here.store.putCurrent(JSON.stringify({ ...here.double.first, masterarn: 'arn:admin', ...fields }));

  it('never asks Auth0 for a value: an answer that is lost would lock the client out', async () => {
    const here = await world();

    await wholeRotation(here);

    expect(here.double.calls.join()).not.toMatch(/rotate-secret/);
  });

  it('puts the previous value back when the new one may do nothing', async () => {
    const here = await world();
    here.double.endGrants();

    await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    expect(await openLabels(here)).toEqual(['AWSCURRENT']);
  });

  it('puts AWSCURRENT in force again, when another delivery has put the value before it back after the promotion', async () => {
    const here = await world();
    const { token } = await wholeRotation(here);
    const before = (await labelled(here.store, 'AWSPREVIOUS')) as typeof here.double.first;
    await provider.accept(
      before,
      { current: before, admin: { ...here.double.admin }, ctx: here.context({}) },
      async () => [],
    );
    expect(await openLabels(here)).toEqual(['AWSPREVIOUS']);

    await step(here, token, 'finishSecret');

    expect(await openLabels(here)).toContain('AWSCURRENT');
  });

  it.each([undefined, ''])(
    'proves the secret of an application that has no token of its own: audience %j',
    async (audience) => {
      const here = await world();
      here.double.endGrants();
      await put(here, { audience });

      const { token } = await wholeRotation(here);

      expect((await byLabel(here.store)).AWSCURRENT).toBe(token);
      expect(await openLabels(here)).toContain('AWSCURRENT');
    },
  );

  it('proves it also where the application shows its secret by Basic, beside which Auth0 wants client_id', async () => {
    const here = await world();
    here.double.endGrants();
    await put(here, { audience: undefined, token_endpoint_auth_method: 'client_secret_basic' });

    const { token } = await wholeRotation(here);

    expect((await byLabel(here.store)).AWSCURRENT).toBe(token);
  });

  it('believes no dead secret of such an application', async () => {
    const here = await world();
    const { first, madeUp } = here.double;
    const current = { ...first, audience: undefined };
    const access = { current, admin: {}, ctx: here.context({}) };

    await expect(provider.verify({ ...current, ...madeUp }, access)).rejects.toMatchObject({
      name: 'AuthenticationError',
    });
  });

  it('refuses to let the rotated client be its own admin', async () => {
    const here = await world();
    Object.assign(here.double.admin ?? {}, { client_id: here.double.first.client_id });

    await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'INVALID_SECRET' });
    expect(await openLabels(here)).toContain('AWSCURRENT');
  });

  it('changes no other client, whatever was stored as pending', async () => {
    const here = await world();
    const token = await here.store.begin();
    const current = await labelled(here.store, 'AWSCURRENT');
    const strange = { ...current, client_id: here.double.powerless?.client_id, client_secret: 'x'.repeat(64) };
    await here.store.versions.put(here.store.secretId, token, JSON.stringify(strange));

    await expect(step(here, token, 'setSecret')).rejects.toMatchObject({ code: 'TARGET_MISMATCH' });
    expect(here.double.calls.filter((call) => call.startsWith('PATCH'))).toEqual([]);
    expect(await openLabels(here)).toEqual(['AWSCURRENT']);
  });

  it('changes no client by the word of an older value that belongs to another one', async () => {
    const here = await world();
    const victim = await labelled(here.store, 'AWSCURRENT');
    const own = { ...victim, ...here.double.powerless };
    const attacker = keyWorld(auth0, { ...here.double, first: own });
    await attacker.store.putCurrent(JSON.stringify({ ...victim, client_secret: 'x'.repeat(64) }));

    await expect(wholeRotation(attacker)).rejects.toMatchObject({ code: 'AUTHENTICATION_REFUSED' });

    expect(here.double.calls.filter((call) => call.startsWith('PATCH'))).toEqual([]);
    expect(here.double.opens(victim ?? {})).toBe(true);
  });

  it('sends the admin secret to no other domain than its own', async () => {
    const here = await world();
    await put(here, { domain: 'acme.evil.example' });

    await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'TARGET_MISMATCH' });
    expect(here.double.calls).toEqual([]);
  });

  it('says how to abandon a value that the tenant does not take, and changes nothing', async () => {
    const here = await world();
    here.double.least = 100;
    const progress = { working: 'unknown' as const };

    const rotated = wholeRotation(here, { progress });

    await expect(rotated).rejects.toMatchObject({
      code: 'PASSWORD_REFUSED',
      retryable: false,
      hint: expect.stringContaining('take AWSPENDING off'),
    });
    expect(await openLabels(here)).toEqual(['AWSCURRENT']);
  });

  it('says so where it is AWSCURRENT that the tenant does not take back', async () => {
    const here = await world();
    const token = await here.store.begin();
    for (const name of ['createSecret', 'setSecret']) await step(here, token, name);
    const access = await accessTo(provider, { ...here.double.first, masterarn: 'arn:admin' }, here, here.context({}));
    await provider.accept(access.current, access, async () => []);
    here.double.least = 100;

    const error = await step(here, token, 'finishSecret').catch((thrown) => thrown);

    expect(error).toMatchObject({ code: 'INVALID_SECRET', retryable: false });
    expect(error.message).toContain('AWSCURRENT');
    expect(error.message).not.toContain('AWSPENDING');
  });
});
