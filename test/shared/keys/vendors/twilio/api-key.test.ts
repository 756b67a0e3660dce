import { afterEach, describe, expect, it } from 'vitest';
import { type FirstKey, startTwilioApiKey, type TwilioKeyDouble } from '../../../../../local/doubles/twilio/api-key.ts';
import { twilioApiKey } from '../../../../../shared/keys/vendors/twilio/api-key.ts';
import { describeProvider, HAS_NO_LIMIT, TELLS_NO_USE } from '../../../../conformance/provider.case.ts';
import { HAS_NO_END } from '../../../../conformance/provider-life.case.ts';
import { openLabels, step, wholeRotation } from '../../../../conformance/rotate.ts';
import { keyWorld } from '../../../../support/key-world.ts';
import { labelled } from '../../../../support/store.ts';

/** More: the policy falls away, or comes where there was none and a Standard key may do what it does not name. */
const inPolicy = (body: string, how: 'more' | 'less'): string => {
  const form = new URLSearchParams(body);
  const { allow = ['/twilio/messaging/messages/list'] } = JSON.parse(form.get('Policy') ?? '{}');
  const given = how === 'more' ? [...allow, '/twilio/iam/api-keys/create'] : allow.slice(1);
  form.set('KeyType', 'restricted');
  form.set('Policy', JSON.stringify({ allow: given }));
  return String(form);
};

describeProvider({
  provider: twilioApiKey,
  start: startTwilioApiKey,
  description: ['twilio-iam', 'twilio-api'],
  skip: [HAS_NO_LIMIT, ...TELLS_NO_USE, HAS_NO_END],
  together: ['api_key_sid', 'api_key_secret'],
  rights: { limits: ['policy'], regranted: inPolicy },
});
describe('a Restricted key', () => {
  const verify_path = '/2010-04-01/Accounts/AC00000000000000000000000000000000/Messages.json?PageSize=1';
  describeProvider({
    provider: twilioApiKey,
    async start() {
      const double = await startTwilioApiKey({ kind: 'restricted', allow: ['/twilio/messaging/messages/list'] });
      return Object.assign(double, { first: { ...double.first, verify_path } });
    },
    description: ['twilio-iam', 'twilio-api'],
    together: ['api_key_sid', 'api_key_secret'],
    rights: { limits: ['policy', 'allow'], regranted: inPolicy },
    skip: [HAS_NO_LIMIT, ...TELLS_NO_USE, HAS_NO_END],
  });
});

describe('Twilio API key', () => {
  const allow = ['/twilio/messaging/messages/list', '/twilio/messaging/messages/create'];
  let double: TwilioKeyDouble;
  const start = async (first: FirstKey = { kind: 'standard' }, fields = {}) => {
    double = await startTwilioApiKey(first);
    Object.assign(double.first, fields);
    return keyWorld(twilioApiKey, double);
  };
  const verifyPath = {
    verify_path: '/2010-04-01/Accounts/AC00000000000000000000000000000000/Messages.json?PageSize=1',
  };
  const sid = (count: number) => `SK${String(count).padStart(32, '0')}`;
  afterEach(() => double.close());

  it('makes a Restricted key the successor of a Restricted one, with its permissions', async () => {
    const world = await start({ kind: 'restricted', allow }, verifyPath);

    await wholeRotation(world);

    const made = [...double.keys.values()].at(-1);
    expect(made).toMatchObject({ kind: 'restricted', allow: expect.arrayContaining(allow) });
    expect(await openLabels(world)).toEqual(['AWSPREVIOUS', 'AWSCURRENT']);
  });

  it('makes none for a Restricted key that it can only try with what that may not do', async () => {
    const world = await start({ kind: 'restricted', allow });

    const rotated = wholeRotation(world);

    await expect(rotated).rejects.toMatchObject({ code: 'AUTHENTICATION_REFUSED' });
    expect(double.live()).toHaveLength(1);
  });

  it('asks how to try the successor of a Restricted key before it makes one', async () => {
    const numbers = '/twilio/phone-numbers/incoming-phone-numbers/list';
    const world = await start({ kind: 'restricted', allow: [...allow, numbers] });

    const rotated = wholeRotation(world);

    await expect(rotated).rejects.toMatchObject({
      code: 'INVALID_SECRET',
      hint: expect.stringContaining('verify_path'),
    });
    expect(double.live()).toHaveLength(1);
  });

  it('promotes no key that was made without a permission', async () => {
    const world = await start({ kind: 'restricted', allow }, verifyPath);
    double.withheld = '/twilio/messaging/messages/create';

    const rotated = wholeRotation(world);

    await expect(rotated).rejects.toMatchObject({
      code: 'PRIVILEGES_DIFFER',
      fact: expect.stringContaining(double.withheld),
    });
    expect(await openLabels(world)).toEqual(['AWSCURRENT']);
  });

  it('copies the whole policy, whatever it says besides what is allowed', async () => {
    const asked: string[] = [];
    double = await startTwilioApiKey({ kind: 'restricted', allow });
    Object.assign(double.first, verifyPath);
    const world = keyWorld(twilioApiKey, double, {}, (transport) => async (request) => {
      if (request.method === 'POST') asked.push(new URLSearchParams(request.body).get('Policy') ?? '');
      const answer = await transport(request);
      return { ...answer, body: answer.body.replace('"policy":{', '"policy":{"until":"2030",') };
    });

    await wholeRotation(world);

    expect(JSON.parse(asked[0] ?? '')).toMatchObject({ until: '2030', allow: expect.arrayContaining(allow) });
  });

  it('makes no Standard key the successor of a Main key', async () => {
    const world = await start({ kind: 'main' });

    const rotated = wholeRotation(world);

    await expect(rotated).rejects.toMatchObject({
      code: 'PRIVILEGES_DIFFER',
      hint: expect.stringContaining('console'),
    });
    expect(double.live()).toHaveLength(1);
  });

  it('takes a Main key for the admin credential', async () => {
    const world = await start({ kind: 'standard' });
    const main = {
      sid: `SK${'0'.repeat(32)}`,
      secret: 'the secret of a Main key',
      name: '',
      kind: 'main',
      allow: [],
      lag: 0,
    } as const;
    (double.keys as Map<string, object>).set(main.sid, { ...main, created: new Date() });
    Object.assign(double.admin ?? {}, { auth_token: undefined, api_key_sid: main.sid, api_key_secret: main.secret });

    await wholeRotation(world);

    expect(await openLabels(world)).toEqual(['AWSPREVIOUS', 'AWSCURRENT']);
  });

  it('says what an admin secret without a credential lacks', async () => {
    const world = await start();
    Object.assign(double.admin ?? {}, { auth_token: '' });

    const rotated = wholeRotation(world);

    await expect(rotated).rejects.toMatchObject({
      code: 'INVALID_SECRET',
      message: expect.stringContaining('auth_token'),
    });
  });

  it.each(['//evil.example/', 'https://evil.example/', '/2010-04-01/../x', '@evil.example/', 'x'])(
    'sends no key to %s',
    async (path) => {
      const world = await start({ kind: 'restricted', allow }, { verify_path: path });

      const rotated = wholeRotation(world);

      await expect(rotated).rejects.toMatchObject({ code: 'INVALID_SECRET' });
      expect(double.live()).toHaveLength(1);
    },
  );

  it('revokes nothing while the SID and the secret in AWSCURRENT are not those of one key', async () => {
    const world = await start();
    await wholeRotation(world);
    const current = (await labelled(world.store, 'AWSCURRENT')) ?? {};
    await world.store.putCurrent(JSON.stringify({ ...current, api_key_sid: double.first.api_key_sid }));
    const before = double.live();

    await wholeRotation(world).catch(() => undefined);

    expect(double.live()).toEqual(expect.arrayContaining([...before]));
  });

  it('finds a lost key on the second page', async () => {
    const world = await start();
    const token = await world.store.begin();
    const many = double.keys as Map<string, unknown>;
    const [[, first] = []] = many;
    for (let made = 0; made < 1200; made++)
      many.set(sid(made), { ...(first as object), sid: sid(made), secret: `${made}` });
    double.troubles.push({ method: 'POST', trouble: 'cut off' });
    await step(world, token, 'createSecret').catch(() => undefined);

    await step(world, token, 'createSecret');

    expect(double.keys.size).toBe(1202);
    expect(await openLabels(world)).toEqual(['AWSCURRENT', 'AWSPENDING']);
  });
});
