import { describe, expect, it } from 'vitest';
import { follow } from '../../../shared/rotation/copies.ts';
import { parseObject } from '../../../shared/rotation/json.ts';

const from = 'p@ss w/rd:1\\';
const to = "n'e/w:@ %+\\2!";
const replaced = {
  secrets: [{ from, to }],
  owners: [{ from: 'app', to: 'app_clone' }],
  known: ['password', 'username', 'dbname'],
  names: ['app', 'db', 'shop'],
  host: 'db',
  anyOwner: false,
};
const url = (user: string, password: string) => `postgres://${user}:${password}@db:5432/shop?sslmode=require`;
const base64 = (text: string) => Buffer.from(text).toString('base64');
const base64url = (text: string) => Buffer.from(text).toString('base64url');
const FROM = encodeURIComponent(from);
const TO = 'n%27e%2Fw%3A%40%20%25%2B%5C2%21';

/** Of `plain`, which needs no escaping anywhere. */
const plain = 'old-Password-1';
const next = 'new-Password-2';
const plainly = { ...replaced, secrets: [{ from: plain, to: next }] };
/** Too short, or too common, to be known anywhere by itself. */
const word = { ...replaced, host: 'postgres', secrets: [{ from: 'postgres', to: next }] };
const short = { ...replaced, secrets: [{ from: 'a-1', to: next }] };
const sixteen = { ...replaced, secrets: [{ from: 'abcdefghijklmnop', to: next }] };

describe('a copy follows', () => {
  it.each([
    ['the value itself', from, to],
    ['a URL', url('app', FROM), url('app_clone', TO)],
    ['a URL in capitals', `HTTPS://app:${FROM}@db`, `HTTPS://app_clone:${TO}@db`],
    ['a URL with two schemes', `jdbc:mysql://app:${FROM}@db`, `jdbc:mysql://app_clone:${TO}@db`],
    [
      'a URL with an at sign that is not encoded',
      'postgres://app:p@ss%20w%2Frd%3A1%5C@db/x',
      `postgres://app_clone:${TO}@db/x`,
    ],
    ['a URL without a user', `redis://:${FROM}@db`, `redis://:${TO}@db`],
    ['a URL with the password alone', `https://${FROM}@db/`, `https://${TO}@db/`],
    [
      'a URL with the password in its query',
      `postgres://app@db/x?password=${FROM}`,
      `postgres://app_clone@db/x?password=${TO}`,
    ],
    [
      'a JDBC URL',
      `jdbc:postgresql://db/shop?user=app&password=${FROM}&ssl=true`,
      `jdbc:postgresql://db/shop?user=app_clone&password=${TO}&ssl=true`,
    ],
    [
      'a JDBC URL with plus for space',
      'jdbc:postgresql://db/x?ssl=true&password=p%40ss+w%2Frd%3A1%5C&user=app',
      `jdbc:postgresql://db/x?ssl=true&password=${TO}&user=app_clone`,
    ],
    [
      'a JDBC URL with a fragment',
      `jdbc:a://db/x?user=app&password=${FROM}#end`,
      `jdbc:a://db/x?user=app_clone&password=${TO}#end`,
    ],
    [
      'keywords of libpq',
      "host=db user=app password='p@ss w/rd:1\\\\' port=5432",
      "host=db user=app_clone password='n\\'e/w:@ %+\\\\2!' port=5432",
    ],
    [
      'keywords of libpq, spaced, without quotes',
      'user = app password = p@ss\\ w/rd:1\\\\',
      "user = app_clone password = 'n\\'e/w:@ %+\\\\2!'",
    ],
    [
      'keywords of .NET',
      `Host=db;Username=app;Password="${from}";Port=1;`,
      `Host=db;Username=app_clone;Password="${to}";Port=1;`,
    ],
    ['keywords of .NET without quotes', `Host=db; User Id=app; Pwd=${from}`, `Host=db; User Id=app_clone; Pwd="${to}"`],
    [
      'keywords of .NET in single quotes',
      `Host=db;UID='app';Password='${from}'`,
      `Host=db;UID='app_clone';Password='n''e/w:@ %+\\2!'`,
    ],
    ['a line of .pgpass', 'db:5432:shop:app:p@ss w/rd\\:1\\\\', "db:5432:shop:app_clone:n'e/w\\:@ %+\\\\2!"],
    [
      'lines of .pgpass',
      '# all\ndb:5432:a:app:p@ss w/rd\\:1\\\\\ndb:5432:b:other:x\n',
      "# all\ndb:5432:a:app_clone:n'e/w\\:@ %+\\\\2!\ndb:5432:b:other:x\n",
    ],
    ['user and password', `app:${from}`, `app_clone:${to}`],
    ['base64 of the value', base64(from), base64(to)],
    ['base64 of a URL', base64(url('app', FROM)), base64(url('app_clone', TO))],
    ['base64 for URLs', base64url(`app:${from}`), base64url(`app_clone:${to}`)],
    [
      'base64 for URLs, with its own letters',
      base64url(`app:${from}~~??>>`.slice(0, 4 + from.length)),
      base64url(`app_clone:${to}`),
    ],
    ['base64 of a line', base64(`${from}\n`), base64(`${to}\n`)],
    ['a header', `Basic ${base64(`app:${from}`)}`, `Basic ${base64(`app_clone:${to}`)}`],
    ['a header of its own', `Bearer ${from}`, `Bearer ${to}`],
    ['spaces around', ` ${from}\t\n`, ` ${to}\t\n`],
    ['JSON in a text', JSON.stringify({ a: [from], user: 'app' }), JSON.stringify({ a: [to], user: 'app_clone' })],
    ['JSON over lines', `{\n"a": ${JSON.stringify(url('app', FROM))}}`, JSON.stringify({ a: url('app_clone', TO) })],
  ])('%s', (_what, before, after) => {
    expect(follow({ copy: before }, replaced)).toEqual({ copy: after });
  });

  it.each([
    [
      'quotes in .NET',
      { from: `a"b'c-12345`, to: 'x"y' },
      `Host=db;Password="a""b'c-12345"`,
      'Host=db;Password="x""y"',
    ],
    [
      'quotes in .NET, the other ones',
      { from: `a'b-c-12345`, to: 'x' },
      `Host=db;Password='a''b-c-12345'`,
      `Host=db;Password='x'`,
    ],
    [
      'a plus that is a plus',
      { from: 'a+b-c-12345', to: 'x' },
      'postgres://app:a+b-c-12345@db',
      'postgres://app_clone:x@db',
    ],
    [
      'a percent sign that begins nothing',
      { from: '100%-c-12345', to: 'x' },
      'postgres://app:100%-c-12345@db',
      'postgres://app_clone:x@db',
    ],
    [
      'URL-safe letters of base64',
      { from: '~~~???>>>', to: 'ÿÿÿ???>>' },
      base64url('~~~???>>>'),
      base64url('ÿÿÿ???>>'),
    ],
    ['padding of base64', { from: '12345678-', to: '1' }, base64('app:12345678-'), base64('app_clone:1')],
    ['a value with lines', { from: '-----\na\n-----', to: '-----\nb\n-----' }, '-----\na\n-----', '-----\nb\n-----'],
    ['an empty value becomes none', { from: '', to: 'x' }, '', ''],
    ['an equal one', { from: plain, to: plain }, `odd ${plain}`, `odd ${plain}`],
    ['sixteen letters', { from: 'abcdefghijklmnop', to: 'x' }, 'abcdefghijklmnop', 'x'],
    ['eight characters', { from: 'abcdefg1', to: 'x' }, 'abcdefg1', 'x'],
  ])('%s', (_what, secret, before, after) => {
    expect(follow({ copy: before }, { ...replaced, secrets: [secret] })).toEqual({ copy: after });
  });

  it('in nested objects and lists; numbers, and what is known, stay', () => {
    const value = parseObject(
      '{"password":"P","username":"app","n":12345678901234567890,"none":null,"on":true,"deep":{"list":[{"pw":"P"}],"username":"app"}}',
    );
    const text = JSON.stringify(value).replaceAll('"P"', JSON.stringify(plain));

    const followed = follow(parseObject(text) ?? {}, plainly);

    expect(JSON.stringify(followed)).toBe(
      `{"password":"${plain}","username":"app","n":12345678901234567890,"none":null,"on":true,"deep":{"list":[{"pw":"${next}"}],"username":"app_clone"}}`,
    );
  });

  it('each of several secrets', () => {
    const secrets = [
      { from: plain, to: next },
      { from: 'other-Password-3', to: 'x' },
    ];

    expect(follow({ a: plain, b: 'other-Password-3' }, { ...replaced, secrets })).toEqual({ a: next, b: 'x' });
  });

  it.each([
    ['db_user', 'app', 'app_clone'],
    ['USERNAME', 'app', 'app_clone'],
    ['AWS_ACCESS_KEY_ID', 'app', 'app_clone'],
    ['accessKeyId', 'app', 'app_clone'],
    ['account_sid', 'app', 'app_clone'],
    ['schema', 'app', 'app'],
    ['db_user', 'apps', 'apps'],
    ['url', 'postgres://app@db/shop', 'postgres://app_clone@db/shop'],
  ])('the user name in field %s: %s', (field, before, after) => {
    expect(follow({ [field]: before }, plainly)).toEqual({ [field]: after });
  });

  it('the fields below one that is named for a user do not', () => {
    expect(follow({ user: { schema: 'app' } }, plainly)).toEqual({ user: { schema: 'app' } });
  });
});

describe('a short or common value follows', () => {
  it.each([
    [word, 'PGPASSWORD', 'postgres', next],
    [word, 'url', 'postgres://app:postgres@postgres/postgres', `postgres://app_clone:${next}@postgres/postgres`],
    [short, 'db_password', 'a-1', next],
    [short, 'dsn', 'user=app password=a-1', `user=app_clone password=${next}`],
    [short, 'apiKey', 'a-1', next],
    [short, 'db_pw', 'a-1', next],
  ])('%# in field %s%s', (given, field, before, after) => {
    expect(follow({ [field]: before }, given)).toEqual({ [field]: after });
  });

  it.each([
    [word, 'schema', 'postgres'],
    [word, 'keyspace', 'postgres'],
    [word, 'url', 'postgres://other:postgres@db/postgres'],
    [word, 'url', 'postgres://:postgres@db/postgres'],
    [word, 'note', 'made by postgres'],
    [short, 'secrets.env', 'a-1'],
    [short, 'zone', 'eu-central-a-1'],
    [{ ...short, anyOwner: true }, 'url', 'https://x:a-1@db'],
  ])('%# not in field %s%s', (given, field, before) => {
    expect(follow({ [field]: before }, given)).toEqual({ [field]: before });
  });
});

describe('what is not the value stays, letter for letter', () => {
  it.each([
    'postgres://app:another@db/shop',
    'host=db user=app password=another',
    'Host=db;Username=app;Password=another',
    'db:5432:shop:app:another',
    ' two  words ',
    '{ "a":  1 }',
    base64('nothing of it'),
    'YWJjZGVmZ2=',
    '',
    '://',
  ])('%s', (text) => {
    expect(follow({ copy: text }, plainly)).toEqual({ copy: text });
  });
});

describe('a key needs no user beside it', () => {
  it.each([
    ['https://oauth2:old-Password-1@git/x', 'https://oauth2:new-Password-2@git/x'],
    ['token-of:old-Password-1', 'token-of:new-Password-2'],
  ])('%s', (before, after) => {
    expect(follow({ remote: before }, { ...plainly, anyOwner: true })).toEqual({ remote: after });
  });
});

describe('is refused, with the name of the field and no value', () => {
  it.each([
    ['a sentence', `the password is ${plain}.`],
    ['another user with the same password', `postgres://other:${plain}@db`],
    ['one of two users', `jdbc:a://app@db/x?user=other&password=${plain}`],
    ['a second place in a URL', `postgres://app:${plain}@db/x?sslpassword=${plain}`],
    ['a second place in the path', `postgres://app:${plain}@db/${plain}`],
    ['keywords of nobody', `host=db;;password=${plain}`],
    ['a form of Oracle', `jdbc:oracle:thin:app/${plain}@db`],
    ['an assignment', `export PGPASSWORD=${plain}`],
    ['a header of two', `Basic ${base64(`x-${plain}`)}`],
    ['a line among others', `first\nsecond ${plain}\n`],
    ['JSON in a text', JSON.stringify({ a: `x ${plain}` })],
  ])('%s', (_what, text) => {
    expect(() => follow({ kept: { copy: text } }, plainly)).toThrow(
      expect.objectContaining({
        code: 'INVALID_SECRET',
        message: expect.stringMatching(/^field kept\.copy(?:\.a)? holds .* cannot be rewritten; hint: .*settings\.md/),
      }),
    );
    expect(() => follow({ kept: { copy: text } }, plainly)).not.toThrow(plain);
  });

  it.each([
    ['percent-encoded', `x ${FROM}`],
    ['percent-encoded in small letters', `x ${FROM.toLowerCase()}`],
    ['with backslashes', `x ${from.replaceAll('\\', '\\\\').replaceAll(':', '\\:')}`],
    ['in base64', `x ${base64(from)}`],
  ])('%s', (_what, text) => {
    expect(() => follow({ copy: text }, replaced)).toThrow('field copy holds');
  });

  it.each([
    ['doubled single quotes', `a'b-c-12345`, `x a''b-c-12345`],
    ['doubled double quotes', `a"b-c-12345`, `x a""b-c-12345`],
  ])('%s', (_what, value, text) => {
    expect(() => follow({ copy: text }, { ...replaced, secrets: [{ from: value, to: next }] })).toThrow('field copy');
  });

  it('a long word', () => {
    expect(() => follow({ copy: 'x abcdefghijklmnop' }, sixteen)).toThrow('field copy');
  });
});
