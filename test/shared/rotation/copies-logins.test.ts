/** A user name in a text without the password: with alternating users it changes too. Each row is a field of a secret of user app at db. */
import { describe, expect, it } from 'vitest';
import { alternatingUsersStrategy } from '../../../shared/databases/strategies/alternating-users.ts';
import { singleUserStrategy } from '../../../shared/databases/strategies/single-user.ts';
import { follow } from '../../../shared/rotation/copies.ts';
import { loginFollowing } from '../../../shared/rotation/copy-logins.ts';
import { step } from '../../conformance/rotate.ts';
import { memoryWorld } from '../../support/memory-world.ts';

const P = 'S3cr3t-Passw0rd!';
const N = 'N3w-Value-of-32-characters-long';
const base64 = (text: string) => Buffer.from(text).toString('base64');

function next(fields: Record<string, unknown>, { user = 'app', to = 'app_clone', host = 'db' } = {}) {
  return follow(fields, {
    secrets: [{ from: P, to: N }],
    owners: [{ from: user, to }],
    known: ['username', 'password', 'host', 'engine'],
    names: [user, host],
    host,
    anyOwner: false,
  });
}

describe('follows', () => {
  it.each<[string, unknown, unknown]>([
    ['a URL', 'postgres://app@db:5432/app?sslmode=require', 'postgres://app_clone@db:5432/app?sslmode=require'],
    ['a URL with a password that is empty', 'mysql://app:@db/shop', 'mysql://app_clone:@db/shop'],
    ['a page of the web at the host', 'https://app@db/', 'https://app_clone@db/'],
    ['JDBC', 'jdbc:postgresql://db/shop?user=app&ssl=true', 'jdbc:postgresql://db/shop?user=app_clone&ssl=true'],
    ['libpq', "host=db user='app' dbname=app", "host=db user='app_clone' dbname=app"],
    ['libpq without a host', 'user=app dbname=app', 'user=app_clone dbname=app'],
    ['one word of libpq', 'user=app', 'user=app_clone'],
    ['.NET', 'Host=db;User Id=app;Database=app', 'Host=db;User Id=app_clone;Database=app'],
    ['ODBC', 'Driver={A};Server=db;UID={app};', 'Driver={A};Server=db;UID={app_clone};'],
    ['lines', '[client]\nuser = app\nhost=db\ndatabase=app', '[client]\nuser = app_clone\nhost=db\ndatabase=app'],
    ['lines without a host', 'PGUSER=app\nPGDATABASE=app\n', 'PGUSER=app_clone\nPGDATABASE=app\n'],
    ['one line', 'PGUSER=app', 'PGUSER=app_clone'],
    ['base64', base64('postgres://app@db/shop'), base64('postgres://app_clone@db/shop')],
    ['a list', ['postgres://app@db/a', 'x'], ['postgres://app_clone@db/a', 'x']],
    ['an object that names the host', { user: 'app', host: 'db' }, { user: 'app_clone', host: 'db' }],
    ['JSON that names it', '{"url":"jdbc:pg://db/x","user":"app"}', '{"url":"jdbc:pg://db/x","user":"app_clone"}'],
    ['beside the host', { host: 'DB.', dsn: 'user=app' }, { host: 'DB.', dsn: 'user=app_clone' }],
    ['beside the password', { pw: P, url: 'pg://app@db' }, { pw: N, url: 'pg://app_clone@db' }],
  ])('%s', (_what, before, after) => {
    expect(next({ copy: before })).toEqual({ copy: after });
  });

  it('is written as the form needs it', () => {
    const fields = { url: 'pg://my%20app@db/x', dsn: "user='my app'", net: 'Host=db;User Id=my app' };

    expect(next(fields, { user: 'my app', to: 'my app;clone' })).toEqual({
      url: 'pg://my%20app%3Bclone@db/x',
      dsn: "user='my app;clone'",
      net: 'Host=db;User Id="my app;clone"',
    });
  });

  it('the id of a key, at any host', () => {
    const after = follow(
      { remote: 'https://id-1@git.test/x', note: 'user=id-1 and more', other: 'ssh --user=id-1' },
      { secrets: [{ from: P, to: N }], owners: [{ from: 'id-1', to: 'id-2' }], known: [], names: [], anyOwner: true },
    );

    expect(after).toEqual({ remote: 'https://id-2@git.test/x', note: 'user=id-1 and more', other: 'ssh --user=id-1' });
  });
});

describe('stays', () => {
  it.each<[string, Record<string, unknown>]>([
    ['a plain field of another name', { owner: 'app', schema: 'app', db: { role: 'app', list: ['app'] } }],
    ['a user of an object that names no host', { audit: { user: 'app' }, deep: { host: 'db', mail: { user: 'app' } } }],
    ['a user of an object with its own password', { job: { host: 'db', user: 'app', password: 'another' } }],
    ['a database in a command', { cli: 'psql -U other app' }],
    ['the name of another user', { note: 'user: other, owner: app' }],
    ['an address of mail beside a URL', { note: 'see postgres://db and write to app@example.com' }],
    ['a URL of a host with that name, in a sentence', { note: 'see postgres://app now' }],
    ['a sentence', { note: 'app is what the app uses, at db' }],
    [
      'a longer name',
      { url: 'postgres://app2@db/x', dsn: 'user=app.x host=db', cli: 'psql -U app-x', at: 'myapp@db !' },
    ],
    [
      'another password in the text',
      { url: 'pg://app:x@db', dsn: 'user=app password=x', pass: 'db:1:x:app:x', pair: 'app:x' },
    ],
    [
      'another password beside it',
      { smtp_url: 'smtp://app@mail', smtp_password: 'x', m: { url: 'pg://app@db', pw: 'x' } },
    ],
    ['another password around it', { m: { pw: 'x', urls: { a: 'pg://app@db' }, cli: 'psql -U app' } }],
    [
      'a page of the web elsewhere',
      { url: 'https://app@wiki/x', old: 'http://app@wiki/x', see: 'at http://app@wiki/x .' },
    ],
    [
      'an address of somebody else',
      { to: 'the app of x@tcp(db)', or: 'app and x@db', mail: 'ask app@xx, please', at: 'app@dbx .' },
    ],
    ['a longer name in a command', { cli: 'psql -U app2 -h db', long: 'x --user=app2', yaml: 'x: 1\nuser: appx' }],
    ['no option of a user', { host: 'mysql -happ', word: 'x-uapp', later: 'mysql -u x myapp@db', more: 'psql -Uapp2' }],
    ['an address of mail', { mail: 'write to app@example.com' }],
    ['a URL of something else', { url: 'https://db/app', jdbc: 'jdbc:postgresql://db/app' }],
  ])('%s', (_what, before) => {
    expect(next(before)).toEqual(before);
  });

  it('all of it while the user stays', () => {
    const before = { url: 'pg://app@db', away: 'pg://app@other', cli: 'psql -U app' };

    expect(next(before, { to: 'app' })).toEqual(before);
  });
});

describe('is refused, with the name of the field', () => {
  const elsewhere = 'holds the user name that is replaced, for another user or host than the secret';
  const unknown = 'holds the user name that is replaced, in a form that cannot be rewritten';
  it.each<[string, unknown, string]>([
    ['a URL at another host', 'postgres://app@replica/x', elsewhere],
    ['a list with another host', 'mongodb://app@db,replica/x', elsewhere],
    ['libpq at another host', 'host=replica user=app', elsewhere],
    ['.NET at another host', 'Server=replica;User Id=app', elsewhere],
    ['keywords beside another host', { host: 'replica', dsn: 'user=app dbname=x' }, elsewhere],
    ['one of two users', 'jdbc:pg://app@db/x?user=other', elsewhere],
    ['a login in a sentence', 'connect as app@db .', unknown],
    ['Go', 'app@tcp(db:3306)/shop', unknown],
    ['Go at another host', 'app@tcp(replica:3306)/shop', unknown],
    ['a URL at another host in a sentence', 'see postgres://app@replica/x .', unknown],
    ['a URL in two layers', 'pg+https://app@replica/x', elsewhere],
    ['a name in quotes', "- user_name : 'app'", unknown],
    ['a name in braces', 'x; Uid={app}; y', unknown],
    ['JSON that is none', '{"login" : "app",}', unknown],
    ['an id', 'a user id=app, b', unknown],
    ['an option of a word', 'tool --username app', unknown],
    ['Oracle', 'jdbc:oracle:thin:app/@db:1521/x', unknown],
    ['a command', 'psql -h db -U app shop', unknown],
    ['a command in quotes', "mysql -u 'app'", unknown],
    ['a long option', 'mysql --user=app --host db', unknown],
    ['an option alone', '--user app', unknown],
    ['an option with two spaces', 'psql -U  app', unknown],
    ['an option without a space', 'mysql -uapp -h db', unknown],
    ['one of PostgreSQL', 'psql -Uapp shop', unknown],
    ['one alone', '-uapp', unknown],
    ['a list in a line', 'host: db, user: app', unknown],
    ['YAML', 'db:\n  username: app\n', unknown],
    ['an export', 'export DATABASE_URL=postgres://app@db/shop', unknown],
    ['percent-encoded', 'x postgres%3A%2F%2Fapp%40db%2Fshop', unknown],
  ])('%s', (_what, value, fact) => {
    expect(() => next({ copy: value })).toThrow(
      expect.objectContaining({
        code: 'INVALID_SECRET',
        fact: expect.stringContaining(fact),
        hint: expect.stringContaining('settings.md'),
      }),
    );
    expect(() => next({ copy: value })).toThrow(/^field copy/);
  });
});

it.each(['amqp://app@mq', 'git+ssh://app@github.com/x', 'postgres://app@replica/x'])(
  '%s is told to go without the user, not to another host',
  (url) => {
    const hint = expect.stringMatching(/^leave the user out and have readers take it from username, or move it to/);

    expect(() => next({ url })).toThrow(expect.objectContaining({ hint }));
  },
);

it.each([
  ['postgres://app@db', { text: 'postgres://app_clone@db' }],
  ['postgres://app@replica', { stale: 'elsewhere' }],
  ['psql -U app', { stale: 'unknown' }],
])('%s alone: %j', (text, found) => {
  const ours = { owners: [{ from: 'app', to: 'app_clone' }], host: 'db', anyOwner: false, names: [] };

  expect(loginFollowing(text, { users: [], hosts: [] }, ours)).toEqual(found);
});

it('a login beside no host, of a secret that is for none, is refused', () => {
  const ours = { owners: [{ from: 'app', to: 'app_clone' }], anyOwner: false, names: [] };

  expect(loginFollowing('log in as app@ first', { users: [], hosts: [] }, ours)).toEqual({ stale: 'unknown' });
});

describe('in a rotation', () => {
  async function world(strategy: typeof alternatingUsersStrategy | typeof singleUserStrategy, url: string) {
    const here = memoryWorld(strategy);
    const value = JSON.parse(String(await here.store.versions.read(here.store.secretId, 'AWSCURRENT')));
    await here.store.putCurrent(
      JSON.stringify({ ...value, url: url.replace('USER', value.username), owner: value.username }),
    );
    const token = await here.store.begin();
    return { ...here, value, token };
  }

  it('of alternating users is refused before there is a pending value', async () => {
    const here = await world(alternatingUsersStrategy, 'pg://USER@replica.test');

    await expect(step(here, here.token, 'createSecret')).rejects.toMatchObject({
      code: 'INVALID_SECRET',
      fact: expect.stringMatching(/^field url holds the user name/),
    });

    expect(await here.store.valueOf(here.token)).toBeUndefined();
  });

  it('of alternating users follows, and a plain field stays', async () => {
    const here = await world(alternatingUsersStrategy, 'pg://USER@/shop');

    await step(here, here.token, 'createSecret');

    const pending = JSON.parse(String(await here.store.valueOf(here.token)));
    expect(pending.username).not.toBe(here.value.username);
    expect(pending).toMatchObject({ url: `pg://${pending.username}@/shop`, owner: here.value.username });
  });

  it('of a single user stays, wherever it is', async () => {
    const here = await world(singleUserStrategy, 'pg://USER@replica.test');

    await step(here, here.token, 'createSecret');

    const pending = JSON.parse(String(await here.store.valueOf(here.token)));
    expect(pending.url).toBe(`pg://${here.value.username}@replica.test`);
  });
});
