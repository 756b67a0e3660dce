/** What the schemas of secrets take for a copy, and whom they tell of it. */
import { describe, expect, it } from 'vitest';
import { databaseSecretSchema } from '../../../shared/databases/secret.ts';
import { alternatingUsersStrategy } from '../../../shared/databases/strategies/alternating-users.ts';
import { keySecretSchema } from '../../../shared/keys/secret.ts';
import { mirrored } from '../../../shared/stores/mirror.ts';
import { configurationCheck, step } from '../../conformance/rotate.ts';
import { memoryWorld } from '../../support/memory-world.ts';

const OLD = 'old-Key-0123456789';
const NEW = 'new-Key-0123456789';

describe('a database secret', () => {
  const schema = databaseSecretSchema({ accepts: ['postgres'] });
  const value = (more: object) =>
    schema.parse(JSON.stringify({ engine: 'postgres', host: 'db', username: 'app', password: OLD, ...more }), 'it');

  it('tells for user and password which fields follow each', () => {
    const copies = schema.copies?.(
      value({ db_pw: OLD, db_user: 'app', url: `pg://app:${OLD}@db`, env: `PGPASSWORD=${OLD}`, note: 'app' }),
      ['username', 'password'],
    );

    expect([...(copies ?? [])]).toEqual([
      ['username', ['db_user', 'url']],
      ['password', ['db_pw', 'url', 'env']],
    ]);
  });

  it('does not follow to another host than its own', () => {
    expect(() => schema.copies?.(value({ url: `pg://app:${OLD}@other` }))).toThrow('field url holds');
  });

  it('leaves its user, host and database where they are the password, too', () => {
    const same = value({
      username: 'orders-of-the-shop',
      password: 'orders-of-the-shop',
      schema: 'orders-of-the-shop',
    });

    expect(JSON.parse(String(schema.format?.({ ...same, password: NEW })))).toMatchObject({
      username: 'orders-of-the-shop',
      password: NEW,
      schema: 'orders-of-the-shop',
    });
  });
});

describe('a key secret', () => {
  const options = { required: { api_key: 'give it', tenant: 'give it' }, visible: [] };

  it('leaves what the provider has changed itself', () => {
    const schema = keySecretSchema(options);
    const current = { api_key: OLD, tenant: 't', before: 'none', copy: OLD };

    const after = schema.follow?.({ ...current, api_key: NEW, before: OLD }, current);

    expect(after).toEqual({ api_key: NEW, tenant: 't', before: OLD, copy: NEW });
  });

  it('without a required field has what changes followed', () => {
    const schema = keySecretSchema({ required: {}, visible: ['kind'] });
    const current = { value: OLD, copy: OLD, kind: 'x' };

    expect(schema.follow?.({ ...current, value: NEW }, current)).toEqual({ value: NEW, copy: NEW, kind: 'x' });
  });

  it('is not refused for a value that a new key does not bring', () => {
    const value = { api_key: OLD, tenant: 'Tenant-0001-of-many', url: 'https://api.test/Tenant-0001-of-many/v1' };

    expect(() => keySecretSchema(options).copies?.(value)).toThrow('field url holds');
    expect(keySecretSchema({ ...options, issued: ['api_key'] }).copies?.(value)).toEqual(new Map([['api_key', []]]));
  });
});

describe('a mirror of a copy', () => {
  async function world(tag: string) {
    const here = memoryWorld(alternatingUsersStrategy);
    here.store.tags = { 'rekey:mirror': tag };
    const value = JSON.parse(String(await here.store.versions.read(here.store.secretId, 'AWSCURRENT')));
    const copies = { db_password: value.password, db_user: value.username };
    await here.store.putCurrent(JSON.stringify({ ...value, ...copies }));
    const copier = { copyInto: async () => true, requireWritable: async () => {} };
    const options = { copier, signal: AbortSignal.timeout(5000), log: () => {} };
    return { ...here, versions: () => mirrored(here.store.versions, options) };
  }

  it('without its user is refused, and nothing is stored', async () => {
    const here = await world('/legacy/pw:db_password');
    const token = await here.store.begin();

    await expect(step(here, token, 'createSecret')).rejects.toMatchObject({
      code: 'INVALID_SECRET',
      fact: expect.stringMatching(/^field db_password of .* has a mirror, and username, which changes with it/),
    });

    expect(await here.store.valueOf(token)).toBeUndefined();
  });

  it.each(['/a:db_password,/b:db_user', '/a:db_password,/b:username', '/a:db_password:only', '/a'])(
    'passes as %s',
    async (tag) => {
      const here = await world(tag);
      const token = await here.store.begin();

      await step(here, token, 'createSecret');

      expect(await here.store.valueOf(token)).toBeDefined();
    },
  );

  it('is looked at by a configuration check', async () => {
    await expect(configurationCheck(await world('/legacy/pw:db_password'))).rejects.toThrow('field db_password of');
  });
});
