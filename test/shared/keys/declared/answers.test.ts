import { describe, expect, it } from 'vitest';
import { accessTo, current, smallest, tiny, vendor } from './tiny.ts';

describe('verify', () => {
  it('calls a key dead for statuses that the description names', async () => {
    const { url } = await vendor({ status: 400 });
    const verify = { ...smallest.verify, refused: [400, 403] };

    await expect(tiny({ verify }).verify(current, accessTo(url))).rejects.toMatchObject({
      name: 'AuthenticationError',
    });
  });

  it('calls a key dead when the answer says so', async () => {
    const { url } = await vendor({ json: { active: false } });
    const verify = { ...smallest.verify, where: { active: true } };

    await expect(tiny({ verify }).verify(current, accessTo(url))).rejects.toMatchObject({
      name: 'AuthenticationError',
    });
  });

  it.each([
    [['read'], ['read', 'write']],
    ['read', 'read write'],
  ])('names rights that the new key lacks: %j, %j', async (may, should) => {
    const { url } = await vendor({ json: { scope: may } }, { json: { scope: should } });
    const verify = { ...smallest.verify, rights: 'scope' };
    const pending = { api_key: 'tk_b2_x' };

    await expect(tiny({ verify }).verify(pending, accessTo(url))).rejects.toMatchObject({
      code: 'PRIVILEGES_DIFFER',
      message: expect.stringContaining('write'),
    });
  });

  it('leaves out what the provider gives to every key by itself', async () => {
    const answers = [{ json: { scope: 'read self audit' } }, { json: { scope: 'read self' } }];
    const pending = { api_key: 'tk_b2_x' };
    const verified = async (rightsOfAll?: string[]) => {
      const { url } = await vendor(...answers);
      const verify = { ...smallest.verify, rights: 'scope', ...(rightsOfAll && { rightsOfAll }) };
      return tiny({ verify }).verify(pending, accessTo(url));
    };

    await expect(verified(['self', 'audit'])).resolves.toBeUndefined();
    await expect(verified(['self'])).rejects.toMatchObject({ code: 'PRIVILEGES_DIFFER' });
    await expect(verified()).rejects.toMatchObject({ message: expect.stringContaining('audit') });
  });

  it.each([
    ['without rights', {}],
    ['whose rights are objects, which cannot be compared', { scope: ['read', { toString: 1 }] }],
  ])('takes no answer %s for one of a key that has none', async (_what, json) => {
    const { url } = await vendor({ json });
    const verify = { ...smallest.verify, rights: 'scope' };

    await expect(tiny({ verify }).verify({ api_key: 'tk_b2_x' }, accessTo(url))).rejects.toMatchObject({
      code: 'UNEXPECTED_ANSWER',
      message: expect.stringContaining('has no rights at scope'),
    });
  });

  it('asks for a token as an OAuth2 client', async () => {
    const { url, requests } = await vendor({ json: { access_token: 'a-token-of-an-hour' } }, { status: 401 });
    const oauth2 = {
      tokenUrl: 'https://login.tiny.example/oauth/token',
      id: '{{key.client_id}}',
      secret: '{{key.api_key}}',
      auth: 'body',
      scope: 'keys',
      audience: 'https://{{current.client_id}}.tiny.example',
    };
    const hosts = [...smallest.hosts, 'login.tiny.example'];
    const provider = tiny({ verify: { oauth2 }, hosts });
    const client = { ...current, client_id: 'c1' };
    const access = accessTo(url, { current: client });

    await provider.verify(client, access);

    expect(requests.map(({ path, body }) => ({ path, body }))).toEqual([
      {
        path: '/oauth/token',
        body: {
          grant_type: 'client_credentials',
          client_id: 'c1',
          client_secret: current.api_key,
          scope: 'keys',
          audience: 'https://c1.tiny.example',
        },
      },
    ]);
    await expect(provider.verify(client, access)).rejects.toMatchObject({ name: 'AuthenticationError' });
  });
});

describe('list', () => {
  const list = {
    request: { method: 'GET', path: '/keys' },
    items: '',
    id: 'id',
    label: 'name',
    createdAt: 'made',
    lastUsed: 'used',
    usedBy: 'by',
  };
  const listed = {
    unlisted: undefined,
    list,
    issue: { request: { method: 'POST', path: '/keys', json: { name: '{{label}}' } }, key: 'key' },
  };
  const listing = (change: object) => tiny({ ...listed, list: { ...list, ...change } });

  it('tells of each key what the description leads to', async () => {
    const { url } = await vendor({
      json: [
        { id: 1, name: 'a', made: 1_700_000_000, used: null },
        { id: 'b', made: '2024-05-06T07:08:09Z', used: 1_700_000_000_000, by: 'ci' },
      ],
    });

    expect(await listing({}).keys(accessTo(url))).toEqual([
      { id: '1', label: 'a', createdAt: new Date(1_700_000_000_000), lastUsed: 'never', usedBy: undefined },
      {
        id: 'b',
        label: '',
        createdAt: new Date('2024-05-06T07:08:09Z'),
        lastUsed: new Date(1_700_000_000_000),
        usedBy: 'ci',
      },
    ]);
  });

  it('that lacks the id of AWSCURRENT, whose key works, is about another key', async () => {
    const { url } = await vendor({ json: [{ id: 'a', made: 1_700_000_000 }] });
    const secret = { key: 'api_key', id: { field: 'key_id' } };
    const issue = { request: listed.issue.request, key: 'key', fields: { key_id: 'id' } };
    const keys = tiny({ ...listed, secret, issue }).keys(
      accessTo(url, { current: { ...current, key_id: 'mistyped' } }),
    );

    await expect(keys).rejects.toMatchObject({ fact: 'tiny lists no key with the key_id of AWSCURRENT' });
  });

  it('counts pages up to the first that is empty', async () => {
    const made = 1_700_000_000;
    const { url, requests } = await vendor({ json: [{ id: 'a', made }] }, { json: [{ id: 'b', made }] }, { json: [] });

    const keys = await listing({ next: { parameter: 'page', first: 1 } }).keys(accessTo(url));

    expect(keys.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(requests.map(({ query }) => query.get('page'))).toEqual(['1', '2', '3']);
  });

  it.each([
    ['has no list', {}],
    ['lacks id', [{ name: 'a' }]],
  ])('that %s is an answer that cannot be used', async (fact, json) => {
    const { url } = await vendor({ json });

    await expect(listing({}).keys(accessTo(url))).rejects.toMatchObject({
      code: 'UNEXPECTED_ANSWER',
      message: expect.stringContaining(fact),
    });
  });
});
