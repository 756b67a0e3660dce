import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { basicOf, serve } from '../../../../local/doubles/double.ts';
import { type AdminSource, accessTo as accessToKey } from '../../../../shared/keys/access.ts';
import type { KeySecret } from '../../../../shared/keys/provider.ts';
import { configurationCheck, wholeRotation } from '../../../conformance/rotate.ts';
import { testContext } from '../../../support/context.ts';
import { keyWorld } from '../../../support/key-world.ts';
import { labelled } from '../../../support/store.ts';
import { accessTo, current, ended, smallest, tiny, vendor } from './tiny.ts';

describe('values in a request', () => {
  const request = {
    method: 'POST',
    path: '/of/{{current.team}}?for={{current.team}}',
    headers: { 'X-Team': '{{current.team}}' },
    json: { name: 'Team {{current.team}}', count: '{{current.count}}', text: '{{current.count}}!' },
  };
  const issuing = tiny({ issue: { request, key: 'key' } });

  it('are encoded for where they stand', async () => {
    const { url, requests } = await vendor({ json: { key: 'tk_b2_x' } });
    const team = 'a/b?"c"&d=%2e\\';

    await issuing.issue('label', accessTo(url, { current: { ...current, team, count: 3 } }), []);

    expect(requests[0]?.path).toBe(`/of/${encodeURIComponent(team)}`);
    expect(requests[0]?.query.get('for')).toBe(team);
    expect(requests[0]?.headers['x-team']).toBe(team);
    expect(requests[0]?.body).toEqual({ name: `Team ${team}`, count: 3, text: '3!' });
  });

  it.each([
    ['a header', 'sesame\r\nX-Admin: yes'],
    ['a header', 'sésame sesame'],
    ['a header', 'sesame\u{1f511}'],
    ['a path', '..'],
    ['a path', '.'],
  ])('that cannot stand in %s are refused, and not shown', async (where, team) => {
    const { url, requests } = await vendor();
    const access = accessTo(url, { current: { ...current, team, count: 3 } });

    const error = await issuing.issue('label', access, []).catch((refusal) => refusal);

    expect(error).toMatchObject({ code: 'INVALID_SECRET' });
    expect(error.message).toContain(`field team of AWSCURRENT cannot stand in ${where}`);
    expect(inspect(error)).not.toContain('sesame');
    expect(requests).toEqual([]);
  });

  it.each([
    ['missing', undefined],
    ['missing', ''],
    ['not text', { a: 1 }],
  ])('that are %s are named', async (fact, team) => {
    const { url } = await vendor();
    const access = accessTo(url, { current: { ...current, team, count: 3 } });

    await expect(issuing.issue('label', access, [])).rejects.toThrow(`field team of AWSCURRENT is ${fact}`);
  });

  it('keep a number that JavaScript cannot hold', async () => {
    const { url, requests } = await vendor({ json: { key: 'tk_b2_x' } });
    const parsed = issuing.schema.parse('{"api_key":"tk_a1_x","team":"a","count":12345678901234567890}', 'x');

    await issuing.issue('label', accessTo(url, { current: parsed }), []);

    expect(requests[0]?.body).toMatchObject({ text: '12345678901234567890!' });
  });

  it('make forms and basic authentication', async () => {
    const { url, requests } = await vendor({ json: { key: 'tk_b2_x' } });
    const basic = { user: '{{current.team}}', password: '{{admin.api_key}}' };
    const form = { name: '{{label}}', team: '{{current.team}}' };
    const provider = tiny({
      auth: { ...smallest.auth, admin: { basic } },
      issue: { request: { method: 'POST', path: '/keys', form }, key: 'key' },
    });

    await provider.issue('rekey-1', accessTo(url, { current: { ...current, team: 'a&b=c' } }), []);

    expect(requests.map(basicOf)).toEqual([['a&b=c', current.api_key]]);
    expect(requests[0]?.body).toEqual({ name: 'rekey-1', team: 'a&b=c' });
  });
});

describe('the host', () => {
  const roaming = tiny({ base: 'https://{{current.domain}}/v1', hosts: ['*.tiny.example'] });

  it.each([
    'evil.example',
    'eu.tiny.example.evil.example',
    'evil.example/.tiny.example',
    'evil.example#.tiny.example',
    'me@eu.tiny.example',
    'a.b.tiny.example',
    'eu.tiny.example:444',
    'eu.tiny.example.',
    '169.254.169.254',
    '[::1]',
    '.tiny.example',
  ])('%s from a secret is not on the list, so nothing is sent', async (domain) => {
    const { url, requests } = await vendor();
    const access = accessTo(url, { current: { ...current, domain } });

    await expect(roaming.verify(access.current, access)).rejects.toMatchObject({ code: 'TARGET_MISMATCH' });
    expect(requests).toEqual([]);
  });

  it('is that of AWSCURRENT, whatever another value says', async () => {
    const { url, requests } = await vendor();
    const access = accessTo(url, { current: { ...current, domain: 'eu.tiny.example' } });

    await roaming.verify({ ...current, domain: 'evil.example' }, access);

    expect(requests.map(({ path }) => path)).toEqual(['/v1/self']);
    expect(roaming.sameTarget).toEqual(['domain']);
  });

  it.each([
    ['another', { domain: 'us.tiny.example' }, 'TARGET_MISMATCH'],
    ['none', {}, 'INVALID_SECRET'],
  ])('gets no admin credential of %s', async (_what, place, code) => {
    const { url, requests } = await vendor();
    const here = { ...current, domain: 'eu.tiny.example', masterarn: 'arn:admin' };
    const admins: AdminSource = {
      adminFor: async (_arn, schema) =>
        schema.parse(JSON.stringify({ api_key: 'tk_z9_admin', admin_of: 'tiny', ...place }), 'the admin secret'),
      ownerOf: async () => undefined,
    };

    const access = accessToKey(roaming, here, { admins }, testContext({ providerEndpoint: url }));

    await expect(access).rejects.toMatchObject({ code });
    expect(requests).toEqual([]);
  });

  it('is not asked when its address is none on the internet', async () => {
    const provider = tiny({ base: 'https://localhost', hosts: ['localhost'] });

    await expect(provider.verify(current, accessTo(undefined))).rejects.toMatchObject({
      code: 'UNREACHABLE_DNS',
      retryable: false,
    });
  });
});

describe('ids', () => {
  it('are found in the key, by the pattern', async () => {
    expect(await tiny().identify(current, accessTo(undefined))).toBe('a1');
  });

  it('of the keys in the admin secret are found so, too', async () => {
    const admin = { token: 'no key', api_key: 'tk_a9_sesame-open' };

    expect(await tiny().adminIds?.(accessTo(undefined, { admin }))).toContain('a9');
  });

  it('that are not in AWSCURRENT stop the rotation; an older value without one is nothing to revoke', async () => {
    const odd = { api_key: 'made-by-hand' };

    await expect(tiny().identify(odd, accessTo(undefined, { current: odd }))).rejects.toMatchObject({
      code: 'INVALID_SECRET',
    });
    expect(await tiny().identify(odd, accessTo(undefined))).toBeUndefined();
  });

  it('are asked for as the key itself; a key that is refused has none', async () => {
    const { url, requests } = await vendor({ json: { me: { id: 17 } } }, { status: 401 });
    const id = { request: { method: 'GET', path: '/self' }, path: 'me.id' };
    const provider = tiny({ secret: { key: 'api_key', id } });

    const known = await provider.identify(current, accessTo(url));
    const gone = await provider.identify({ api_key: 'tk_old' }, accessTo(url));

    expect([known, gone]).toEqual(['17', undefined]);
    expect(requests.map(({ headers }) => headers.authorization)).toEqual([
      `Bearer ${current.api_key}`,
      'Bearer tk_old',
    ]);
    await expect(provider.identify(current, accessTo(url))).rejects.toMatchObject({
      name: 'InvalidSecretError',
      code: 'AUTHENTICATION_REFUSED',
      fact: 'tiny refuses the key of AWSCURRENT (HTTP 401)',
    });
  });
});

it('revokes the previous key by the id in its value where the vendor lists none', async () => {
  const live = new Set<string>(['tk_a1_first']);
  let made = 1;
  const served = await serve({
    'GET /self': ({ headers }) => ({ status: live.has(headers.authorization?.slice(7) ?? '') ? 200 : 401 }),
    'POST /keys': () => {
      const key = `tk_b${++made}_next-key`;
      live.add(key);
      return { status: 200, json: { key } };
    },
    'DELETE /keys/:id': ({ params }) => {
      const key = [...live].find((one) => one.split('_')[1] === params[0]);
      return { status: key !== undefined && live.delete(key) ? 204 : 404 };
    },
  });
  ended.push(served.close);
  const double = {
    ...served,
    first: { api_key: 'tk_a1_first' },
    madeUp: {},
    lag: 0,
    opens: ({ api_key }: KeySecret) => live.has(String(api_key)),
    live: () => [...live],
  };
  const here = keyWorld(tiny(), double);

  for (let turn = 0; turn < 3; turn++) await wholeRotation(here);

  const [now, before] = [await labelled(here.store, 'AWSCURRENT'), await labelled(here.store, 'AWSPREVIOUS')];
  expect(live).toEqual(new Set([before?.api_key, now?.api_key]));
});

it('uses no previous key in a configuration check, and calls no slot missing that its key may be in', async () => {
  const { url, requests } = await vendor({ json: { me: { id: 17 }, keys: [{ id: 17 }, { id: 16 }] } });
  const id = { request: { method: 'GET', path: '/self' }, path: 'me.id' };
  const list = { request: { method: 'GET', path: '/keys' }, items: 'keys', id: 'id', label: 'name' };
  const issue = { request: { method: 'POST', path: '/keys', json: { name: '{{label}}' } }, key: 'key' };
  const provider = tiny({ secret: { key: 'api_key', id }, list, issue, unlisted: undefined, slots: 2 });
  const made = { url: url ?? '', first: { api_key: 'tk_old' }, madeUp: {}, lag: 0, troubles: [], calls: [] };
  const here = keyWorld(provider, { ...made, opens: () => true, live: () => [], close: async () => {} });
  await here.store.putCurrent(JSON.stringify(current));

  const { reports } = await configurationCheck(here);

  expect(reports).toEqual(['checked']);
  expect(requests.map(({ headers }) => headers.authorization)).not.toContain('Bearer tk_old');
});
