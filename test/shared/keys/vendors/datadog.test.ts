import { afterEach, describe, expect, it } from 'vitest';
import {
  type DatadogDouble,
  startDatadogApiKeys,
  startDatadogApplicationKeys,
  startDatadogOwnKeys,
} from '../../../../local/doubles/datadog.ts';
import { accessTo } from '../../../../shared/keys/access.ts';
import type { IssuingProvider } from '../../../../shared/keys/provider.ts';
import { datadogApiKey, datadogApplicationKey } from '../../../../shared/keys/vendors/datadog/datadog.ts';
import { describeProvider } from '../../../conformance/provider.case.ts';
import { HAS_NO_END } from '../../../conformance/provider-life.case.ts';
import { inList } from '../../../conformance/provider-rights.case.ts';
import { configurationCheck, wholeRotation } from '../../../conformance/rotate.ts';
import { keyWorld } from '../../../support/key-world.ts';
import { labelled } from '../../../support/store.ts';

/** Values come as the doubles know them, not as the schema parses them. */
const provider: IssuingProvider = datadogApiKey;

const RIGHTS = { rights: { limits: ['scopes'], regranted: inList('scopes', 'logs_read_data') } };
const DESCRIBED = {
  description: ['datadog-v1', 'datadog-v2'],
  descriptionErrs: [
    { fault: /^GET \/api\/v2\/validate_keys: is no operation/, reason: 'younger than the description, and documented' },
  ],
};

describeProvider({ provider: datadogApiKey, start: startDatadogApiKeys, ...DESCRIBED, skip: [HAS_NO_END] });
describe('application keys', () => {
  describeProvider({
    provider: datadogApplicationKey,
    start: startDatadogApplicationKeys,
    ...DESCRIBED,
    ...RIGHTS,
    skip: [HAS_NO_END],
  });
});
describe("application keys of the admin credential's own user", () => {
  describeProvider({
    provider: datadogApplicationKey,
    start: startDatadogOwnKeys,
    ...DESCRIBED,
    ...RIGHTS,
    skip: [HAS_NO_END],
  });
});

describe('datadog', () => {
  const doubles: DatadogDouble[] = [];
  afterEach(async () => {
    await Promise.all(doubles.splice(0).map((double) => double.close()));
  });
  async function world(provider: IssuingProvider, start: () => Promise<DatadogDouble>) {
    const double = await start();
    doubles.push(double);
    return keyWorld(provider, double) as ReturnType<typeof keyWorld> & { double: DatadogDouble };
  }
  const apiKeys = () => world(datadogApiKey, startDatadogApiKeys);
  const applicationKeys = () => world(datadogApplicationKey, startDatadogApplicationKeys);
  const newest = (double: DatadogDouble) => double.keys().find(({ name }) => name.startsWith('rekey-'));

  it('takes no site but one of Datadog', async () => {
    const here = await apiKeys();
    await here.store.putCurrent(
      JSON.stringify({ ...here.double.first, masterarn: 'arn:admin', site: 'datadoghq.com.evil.example' }),
    );

    await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'INVALID_SECRET' });
    expect(here.double.calls).toEqual([]);
  });

  it('sends the admin credential to no other site than its own', async () => {
    const here = await apiKeys();
    Object.assign(here.double.admin ?? {}, { site: 'datadoghq.eu' });
    await here.store.putCurrent(
      JSON.stringify({ ...here.double.first, masterarn: 'arn:admin', site: 'datadoghq.com' }),
    );

    await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'TARGET_MISMATCH' });
    expect(here.double.calls).toEqual([]);
  });

  it('keeps what the key is for, and what the agents may fetch with it', async () => {
    const here = await apiKeys();

    await wholeRotation(here);

    expect(newest(here.double)?.kept).toEqual({ category: 'agents', remote_config_read_enabled: true });
  });

  it('promotes no API key that may fetch more', async () => {
    const here = await apiKeys();
    Object.assign(here.double.keys().at(-1) ?? {}, { kept: { remote_config_read_enabled: false } });
    here.double.keptOfNext = { remote_config_read_enabled: true };

    await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'PRIVILEGES_DIFFER' });
  });

  it.each([null, ['dashboards_read']])(
    'promotes no application key with scopes where the current one has %j',
    async (of) => {
      const here = await applicationKeys();
      const first = here.double.keys().find(({ value }) => value === here.double.first.application_key);
      Object.assign(first ?? {}, { scopes: of });
      here.double.scopesOfNext = ['dashboards_read', 'metrics_read'];

      await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'PRIVILEGES_DIFFER' });
    },
  );

  it.each([
    [50, 0],
    [undefined, 1],
  ] as const)(
    'names keys when the organization has as many as it may, of which the list tells %s',
    async (most, asked) => {
      const here = await apiKeys();
      here.double.fill?.();
      here.double.mostTold = most;

      await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'KEY_LIMIT' });
      expect(here.double.calls.filter((call) => call.startsWith('POST'))).toHaveLength(asked);
    },
  );

  it.each([
    ['an organization', () => apiKeys()],
    ['a user', () => applicationKeys()],
  ])('goes by the number that the list tells, where %s may have more than most', async (_who, start) => {
    const here = await start();
    here.double.fill?.();
    here.double.mostTold = 51;

    const { reports } = await configurationCheck(here);

    expect(reports).toEqual(['checked']);
  });

  it('keeps the scopes of an application key', async () => {
    const here = await applicationKeys();

    await wholeRotation(here);

    expect(newest(here.double)?.scopes).toEqual(['dashboards_read', 'metrics_read']);
  });

  it('promotes no application key that may do other things', async () => {
    const here = await applicationKeys();
    const before = await labelled(here.store, 'AWSCURRENT');
    here.double.scopesOfNext = ['dashboards_read'];

    await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'PRIVILEGES_DIFFER' });
    expect(await labelled(here.store, 'AWSCURRENT')).toEqual(before);
  });

  it('makes no application key with rights that nobody knows: the current one has another owner', async () => {
    const here = await applicationKeys();
    const elsewhere = { ...here.double.first, service_account_id: 'another', masterarn: 'arn:admin' };
    await here.store.putCurrent(JSON.stringify(elsewhere));
    const before = here.double.live();

    await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'INVALID_SECRET' });
    expect(here.double.live()).toEqual(before);
  });

  it('knows a key by its last four characters only while that key lives: they may be those of a stranger', async () => {
    const here = await apiKeys();
    const [admin, first] = here.double.keys().filter(({ type }) => type === 'api_keys');
    const gone = { api_key: `gone-${admin?.value.slice(-4)}` };
    await here.store.putCurrent(JSON.stringify({ ...gone, masterarn: 'arn:admin' }));
    await here.store.putCurrent(JSON.stringify({ ...here.double.first, masterarn: 'arn:admin' }));
    const current = { ...here.double.first, masterarn: 'arn:admin' };
    const id = await provider.identify(gone, await accessTo(provider, current, here, here.context({})));

    await wholeRotation(here);

    expect(id).toBeUndefined();
    expect([admin, first].map((key) => here.double.opens({ api_key: key?.value }))).toEqual([true, true]);
  });

  it('makes no application key beside one of another owner, although the previous one is of this', async () => {
    const here = await applicationKeys();
    await wholeRotation(here);
    Object.assign(newest(here.double) ?? {}, { owner: 'another' });
    const before = here.double.live();

    await expect(wholeRotation(here)).rejects.toMatchObject({ fact: expect.stringContaining('those of its owner') });
    expect(here.double.live()).toEqual(before);
  });

  it('knows no key by four characters that two have', async () => {
    const here = await apiKeys();
    here.double.fill?.();
    const { first } = here.double;
    const stranger = here.double.keys().at(-1);
    Object.assign(stranger ?? {}, { value: `of-a-stranger-${String(first.api_key).slice(-4)}` });
    const access = await accessTo(provider, { ...first, masterarn: 'arn:admin' }, here, here.context({}));

    expect(await provider.identify(first, access)).toBeUndefined();
  });

  it('takes no id that is beside another key', async () => {
    const here = await apiKeys();
    const [admin] = here.double.keys();
    const wrong = { ...here.double.first, api_key_id: admin?.id, masterarn: 'arn:admin' };
    const access = await accessTo(provider, { ...here.double.first, masterarn: 'arn:admin' }, here, here.context({}));

    const id = await provider.identify({ ...wrong, api_key: 'gone' }, access);

    expect(id).toBeUndefined();
  });

  it('finds the first key again without asking as it, which would be a use of it', async () => {
    const here = await apiKeys();
    await wholeRotation(here);
    const first = here.double.keys().find(({ value }) => value === here.double.first.api_key);
    const used = first?.lastUsed;
    const access = await accessTo(provider, (await labelled(here.store, 'AWSCURRENT')) ?? {}, here, here.context({}));

    const id = await provider.identify((await labelled(here.store, 'AWSPREVIOUS')) ?? {}, access);

    expect([id, first?.lastUsed]).toEqual([first?.id, used]);
  });

  it('never revokes the key of the admin secret', async () => {
    const here = await apiKeys();
    const value = { api_key: here.double.admin?.api_key, masterarn: 'arn:admin' };
    await here.store.putCurrent(JSON.stringify(value));
    await here.store.putCurrent(JSON.stringify({ ...here.double.first, masterarn: 'arn:admin' }));

    await expect(wholeRotation(here)).rejects.toMatchObject({
      code: 'INVALID_SECRET',
      fact: expect.stringContaining('admin secret'),
    });
    expect(here.double.opens(value)).toBe(true);
  });

  it.each([
    ['API key', () => apiKeys()],
    ['application key', applicationKeysOfMany],
  ])('takes the refusal of an %s for no limit that it is not', async (_what, start) => {
    const here = await start();
    const before = here.double.keys().length;
    here.double.troubles.push({ method: 'POST', trouble: { status: 403 } });

    await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    expect(here.double.keys()).toHaveLength(before);
  });

  async function applicationKeysOfMany() {
    const here = await applicationKeys();
    here.double.fill?.();
    here.double.mostTold = undefined;
    return here;
  }
});
