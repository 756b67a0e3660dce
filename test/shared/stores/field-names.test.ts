/** A secret whose fields have their owner's names, and whose tag says which of them is which. */
import { describe, expect, it } from 'vitest';
import { alternatingUsersStrategy } from '../../../shared/databases/strategies/alternating-users.ts';
import { singleUserStrategy } from '../../../shared/databases/strategies/single-user.ts';
import { ownNamed } from '../../../shared/stores/field-names.ts';
import { crashPlan } from '../../conformance/crash.ts';
import { step, wholeRotation } from '../../conformance/rotate.ts';
import { memoryWorld } from '../../support/memory-world.ts';
import { labelled } from '../../support/store.ts';

const TAG = 'username:DB_USER, password:Db:Password host:DB_HOST  port:DB_PORT';
const own = {
  note: 'of the team',
  DB_HOST: 'db.test',
  DB_PORT: 5432,
  DB_USER: 'app',
  'Db:Password': 'first-password',
  engine: 'memory',
  masterarn: 'arn:superuser',
};

async function world({ strategy = singleUserStrategy, value = own as object, tag = TAG } = {}) {
  const memory = memoryWorld(strategy as Parameters<typeof memoryWorld>[0]);
  memory.store.tags = { 'rekey:fields': tag };
  await memory.store.putCurrent(JSON.stringify(value));
  return { ...memory, versions: (plan = crashPlan()) => ownNamed(plan.versions(memory.store.versions)) };
}

describe('a secret with names of its own', () => {
  it('is rotated, and stored with its names, their order and all else that is in it', async () => {
    const here = await world();

    const { token } = await wholeRotation(here);

    const text = String(await here.store.valueOf(token));
    const { 'Db:Password': password } = JSON.parse(text);
    expect(text).toBe(JSON.stringify({ ...own, 'Db:Password': password }));
    expect(here.server.users.get('app')?.password).toBe(password);
    expect(password).not.toBe('first-password');
  });

  it('takes turns with a clone', async () => {
    const here = await world({ strategy: alternatingUsersStrategy as typeof singleUserStrategy });

    await wholeRotation(here);
    await wholeRotation(here);
    await wholeRotation(here);

    const value = await labelled(here.store, 'AWSCURRENT');
    expect(value).toEqual({
      ...own,
      DB_USER: 'app_clone',
      'Db:Password': here.server.users.get('app_clone')?.password,
    });
  });

  it('keeps a number as it was written', async () => {
    const here = await world();
    await here.store.putCurrent(JSON.stringify(own).replace('5432', '5432.0'));

    const { token } = await wholeRotation(here);

    expect(await here.store.valueOf(token)).toContain('"DB_PORT":5432.0,');
  });

  it('may say of a field that its name is its own', async () => {
    const value = { engine: 'memory', DB_USER: 'app', host: 'db.test', password: 'first-password' };
    const here = await world({ value, tag: 'host:host username:DB_USER password:password' });

    await wholeRotation(here);

    const after = await labelled(here.store, 'AWSCURRENT');
    expect(after).toEqual({ ...value, password: here.server.users.get('app')?.password });
  });

  it.each(['AWSPREVIOUS', 'a version without a label'])(
    'is rescued by %s, which is older than the tag',
    async (version) => {
      const here = await world();
      const old = { engine: 'memory', host: 'db.test', username: 'app', password: 'of the server' };
      await here.store.putCurrent(JSON.stringify(old));
      const wrong = version === 'AWSPREVIOUS' ? ['wrong'] : ['wrong', 'wrong too'];
      for (const password of wrong) await here.store.putCurrent(JSON.stringify({ ...own, 'Db:Password': password }));
      await here.setPassword('app', 'of the server');

      const { reports } = await wholeRotation(here);

      expect(reports).toEqual(['recovered', 'succeeded']);
    },
  );

  it('has what is wrong with the value told by the schema', async () => {
    const here = await world();
    await here.store.putCurrent('sw0rdfish');

    await expect(wholeRotation(here)).rejects.toMatchObject({ fact: expect.stringContaining('is not a JSON object') });
  });

  it('tells a mirror the names that it is asked for', async () => {
    const here = await world({ strategy: alternatingUsersStrategy as typeof singleUserStrategy });
    const asked: unknown[] = [];
    const inner = { ...here.store.versions, requireCopy: async (...args: unknown[]) => void asked.push(args) };

    await step({ ...here, versions: () => ownNamed(inner) }, await here.store.begin(), 'createSecret');

    expect(asked).toEqual([[here.store.secretId, JSON.stringify(own), [['DB_USER'], ['Db:Password']]]]);
  });
});

describe('before anything is changed', () => {
  it.each([
    ['a word that is no pair', 'password', own, 'does not pair each field with one name'],
    ['no field', ':DB_USER', own, 'does not pair'],
    ['no name', 'password:', own, 'does not pair'],
    ['a field twice', `${TAG} host:OTHER`, own, 'does not pair'],
    ['a name twice', `${TAG} dbname:DB_HOST`, own, 'does not pair'],
    [
      'a name that no field has',
      `${TAG} dbname:DB_NAME`,
      own,
      'has no field DB_NAME, which its tag rekey:fields has for dbname',
    ],
    ['two names that are swapped', 'host:username username:host', own, 'has username for host, and it is another'],
    ['a password for a user name', 'username:password,password:username', own, 'has password for username, and'],
    ['a password for a host', 'host:password password:note', own, 'has password for host, and'],
    ['the own name of a password, too', 'username:Db:Password password:DB_USER', own, 'has Db:Password for username'],
    ['a token for a user name', 'username:api_token', { ...own, api_token: 'x' }, 'has api_token for username'],
    ['a token for its id', 'token_id:api_token', { ...own, api_token: 'x' }, 'has api_token for token_id'],
    ['a field twice in the value', TAG, { ...own, host: 'other' }, 'has a field host, and DB_HOST, which its tag'],
  ])('refuses %s', async (_what, tag, value, fact) => {
    const here = await world({ tag, value });
    const token = await here.store.begin();
    const progress = { working: 'unknown' as const };

    const attempt = step(here, token, 'createSecret', { progress });

    await expect(attempt).rejects.toMatchObject({ code: 'INVALID_SECRET', fact: expect.stringContaining(fact) });
    // What the value lacks, or has twice, may as well be mended in the value.
    const isOfTag = await attempt.catch(({ ofTag }) => ofTag === true);
    expect(isOfTag).toBe(!/has no field|has a field/.test(fact));
    await expect(attempt).rejects.not.toThrow(/first-password/);
    expect([await here.store.valueOf(token), here.server.taken, progress.working]).toEqual([
      undefined,
      [],
      'AWSCURRENT',
    ]);
  });
});

it('a secret without the tag is read and stored as it is, byte for byte', async () => {
  const here = await world({ tag: '' });
  const versions = here.versions();
  const text = ` { "password" : "x",\n"b": 1.0 } `;
  await here.store.putCurrent(text);

  await versions.describe('x');
  const token = await here.store.begin();
  await versions.put('x', token, text);

  expect([await versions.read('x', 'AWSCURRENT'), await here.store.valueOf(token)]).toEqual([text, text]);
});

it('a field that a rotation adds does not stand under a name that is taken, and nothing is stored', async () => {
  const here = await world({ tag: 'token:expires_at' });
  const versions = here.versions();
  await here.store.putCurrent('{"expires_at":"old-token"}');
  await versions.describe('x');
  const token = await here.store.begin();

  const attempt = versions.put('x', token, '{"token":"new","expires_at":"2027"}');

  await expect(attempt).rejects.toMatchObject({
    code: 'INVALID_SECRET',
    fact: expect.stringContaining('under a name that its tag'),
  });
  expect(await here.store.valueOf(token)).toBeUndefined();
});

it('a bare value is stored as it is', async () => {
  const here = await world();
  const versions = here.versions();
  await versions.describe('x');
  const token = await here.store.begin();

  await versions.put('x', token, 'bare-key');

  expect(await here.store.valueOf(token)).toBe('bare-key');
});

it.each(['API_KEY_2', 'privateKeyPem', 'TOKEN_ID', 'password_login', 'DATABASE_URL', 'credentials', 'DB_PWD_OLD'])(
  'nobody who may only tag has %s taken for a user name, which messages show',
  async (name) => {
    const value = { ...own, [name]: 'not to be shown' };
    const here = await world({ tag: `${TAG.replace('username:DB_USER,', '')} username:${name}`, value });

    const refused = wholeRotation(here);

    await expect(refused).rejects.toMatchObject({ code: 'INVALID_SECRET', ofTag: true });
    await expect(refused).rejects.not.toThrow('not to be shown');
    expect(here.server.taken).toEqual([]);
  },
);
