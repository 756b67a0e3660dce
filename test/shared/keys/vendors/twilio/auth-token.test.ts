import { afterEach, describe, expect, it } from 'vitest';
import { nodeTransport } from '../../../../../shared/keys/api/transport.ts';
import type { IssuingProvider } from '../../../../../shared/keys/provider.ts';
import { twilioAuthToken } from '../../../../../shared/keys/vendors/twilio/auth-token.ts';
import { redactor } from '../../../../../shared/rotation/redact.ts';
import { describeProvider, HAS_NO_ADMIN, HAS_NO_LIMIT, TELLS_NO_USE } from '../../../../conformance/provider.case.ts';
import { HAS_NO_END } from '../../../../conformance/provider-life.case.ts';
import { configurationCheck, openLabels, rotation, step, wholeRotation } from '../../../../conformance/rotate.ts';
import { keyWorld } from '../../../../support/key-world.ts';
import { labelled } from '../../../../support/store.ts';
import { startTwilioAuthToken, type TwilioTokenDouble } from '../../../../support/twilio-auth-token.ts';

/** Values come as the doubles know them, not as the schema parses them. */
const provider: IssuingProvider = twilioAuthToken;

describeProvider({
  provider: twilioAuthToken,
  start: startTwilioAuthToken,
  description: ['twilio-accounts', 'twilio-api'],
  skip: [HAS_NO_LIMIT, ...TELLS_NO_USE, HAS_NO_ADMIN, HAS_NO_END],
});

describe('Twilio auth token', () => {
  let double: TwilioTokenDouble;
  const start = async (given = {}) => {
    double = await startTwilioAuthToken();
    return keyWorld(twilioAuthToken, double, given);
  };
  const promotions = () => double.calls.filter((call) => call.endsWith('/Promote 200')).length;
  afterEach(() => double.close());

  it('promotes nothing at Twilio before the next rotation: both tokens work meanwhile', async () => {
    const world = await start();

    await wholeRotation(world);

    expect(promotions()).toBe(0);
    expect(await openLabels(world)).toEqual(['AWSPREVIOUS', 'AWSCURRENT']);
    expect(double.account.secondary?.value).toBe((await labelled(world.store, 'AWSCURRENT'))?.auth_token);
  });

  it('ends the previous token by promoting the current one, and only then makes another', async () => {
    const world = await start();
    await wholeRotation(world);
    const between = await labelled(world.store, 'AWSCURRENT');

    await wholeRotation(world);

    expect(promotions()).toBe(1);
    expect(double.account.primary.value).toBe(between?.auth_token);
    expect(double.live()).not.toContain(double.first.auth_token);
  });

  it('ends AWSPREVIOUS without a promotion when that is the secondary token, after the label was moved back by hand', async () => {
    const world = await start();
    await wholeRotation(world);
    const left = await labelled(world.store, 'AWSCURRENT');
    await world.store.putCurrent(JSON.stringify(await labelled(world.store, 'AWSPREVIOUS')));

    await wholeRotation(world);

    expect(promotions()).toBe(0);
    expect(double.live()).toContain(double.first.auth_token);
    expect(double.live()).not.toContain(left?.auth_token);
    expect(await openLabels(world)).toEqual(['AWSPREVIOUS', 'AWSCURRENT']);
  });

  it('takes nothing away while both tokens are taken and the primary is not AWSPREVIOUS', async () => {
    const world = await start();
    await wholeRotation(world);
    const current = JSON.stringify(await labelled(world.store, 'AWSCURRENT'));
    await world.store.putCurrent(current);
    const before = double.live();

    const limited = { code: 'KEY_LIMIT', hint: expect.stringContaining('Promote') };

    await expect(configurationCheck(world)).rejects.toMatchObject(limited);
    await world.store.abandon();
    await expect(wholeRotation(world)).rejects.toMatchObject(limited);

    expect(double.live()).toEqual(before);
  });

  it('kills no token of a delivery that was quicker', async () => {
    const world = await start({ timeLimitMs: 30_000 });
    await wholeRotation(world);
    const token = await world.store.begin();
    const access = {
      current: (await labelled(world.store, 'AWSCURRENT')) ?? {},
      admin: {},
      ctx: world.context({}),
      transport: async (request: Parameters<typeof nodeTransport>[0]) => {
        // The slower one has looked, and the quicker one does all of createSecret before it acts.
        if (request.url.pathname.endsWith('/Promote')) await step(world, token, 'createSecret');
        return nodeTransport(request);
      },
    };
    const previous = (await labelled(world.store, 'AWSPREVIOUS')) ?? {};
    const id = (await provider.identify(previous, access)) ?? '';

    await provider.revoke(id, access, previous);

    expect(await openLabels(world)).toEqual(['AWSCURRENT', 'AWSPENDING']);
  });

  it('replaces a secondary token whose value was lost', async () => {
    const world = await start();
    const token = await world.store.begin();
    double.troubles.push({ method: 'POST', trouble: 'cut off' });
    await step(world, token, 'createSecret').catch(() => undefined);
    const lost = double.account.secondary?.value;

    await rotation(world, token);

    expect(double.live()).not.toContain(lost);
    expect(await openLabels(world)).toEqual(['AWSPREVIOUS', 'AWSCURRENT']);
  });

  it('promotes no label if Twilio does not tell the primary token from the secondary one', async () => {
    const world = await start();
    double.echoes = true;

    const rotated = wholeRotation(world);

    await expect(rotated).rejects.toMatchObject({ code: 'UNEXPECTED_ANSWER' });
    expect(await openLabels(world)).toEqual(['AWSCURRENT', 'AWSPENDING']);
  });

  it('lets a rotation end whose token somebody has promoted in the console', async () => {
    const world = await start();
    const token = await world.store.begin();
    await step(world, token, 'createSecret');
    const { account } = double;
    if (account.secondary !== undefined) account.primary = account.secondary;
    account.secondary = undefined;

    for (const name of ['setSecret', 'testSecret', 'finishSecret']) await step(world, token, name);

    expect(await openLabels(world)).toEqual(['AWSCURRENT']);
  });

  it('treats a primary token that no version holds as a secret', async () => {
    const world = await start();
    await wholeRotation(world);
    await world.store.putCurrent(JSON.stringify(await labelled(world.store, 'AWSCURRENT')));
    const token = await world.store.begin();
    const redact = redactor();
    await step(world, token, 'createSecret', { redact }).catch(() => undefined);

    const shown = redact.text(`Authorization of ${double.first.auth_token}`);

    expect(shown).not.toContain(double.first.auth_token);
  });

  it('shows no token in a log line', async () => {
    const world = await start();
    await wholeRotation(world);
    const token = await world.store.begin();

    const { lines } = await step(world, token, 'createSecret');

    for (const value of double.live()) expect(JSON.stringify(lines)).not.toContain(value);
    expect(lines.length).toBeGreaterThan(0);
  });

  it('ends no token by an id that is not that of the previous one', async () => {
    const world = await start();
    await wholeRotation(world);
    const current = (await labelled(world.store, 'AWSCURRENT')) ?? {};
    const access = { current, admin: current, ctx: world.context({}) };
    const before = double.live();

    await provider.revoke('0123456789ab', access, (await labelled(world.store, 'AWSPREVIOUS')) ?? {});

    expect(double.live()).toEqual(before);
  });

  it('ends no secondary token for a refusal that is about something else', async () => {
    const world = await start();
    double.account.secondary = { value: 'made in the console', lag: 0 };
    double.troubles.push({ method: 'POST', trouble: { status: 400, body: '{"code":20005,"message":"not active"}' } });

    await expect(wholeRotation(world)).rejects.toMatchObject({ code: 'SERVICE_FAILED', retryable: false });
    expect(double.live()).toContain('made in the console');
  });
});
