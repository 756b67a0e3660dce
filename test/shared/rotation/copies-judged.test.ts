/** What follows, what stays, what is refused: each row is a secret of user app at db, and one more field. */
import { describe, expect, it } from 'vitest';
import { follow } from '../../../shared/rotation/copies.ts';
import { parseObject } from '../../../shared/rotation/json.ts';

const P = 'S3cr3t-Passw0rd!';
const N = 'N3w-Value-of-32-characters-long';
const base64 = (text: string) => Buffer.from(text).toString('base64');

function next(
  fields: Record<string, unknown>,
  { from = P, to = N, user = 'app', names = [] as string[], isAlone = false } = {},
) {
  return follow(fields, {
    secrets: [{ from, to }],
    owners: [{ from: user, to: isAlone ? user : `${user}_clone` }],
    known: ['username', 'password', 'host', 'engine'],
    names: [user, 'db', ...names],
    host: 'db',
    anyOwner: false,
  });
}

/** P and N stand for the values. */
const filled = (text: string) => text.replaceAll('«P»', P).replaceAll('«N»', N);
const inside = (value: unknown) => JSON.parse(filled(JSON.stringify(value)));

describe('follows', () => {
  it.each<[string, unknown, unknown]>([
    ['lines', 'user=app\npassword=«P»', 'user=app_clone\npassword=«N»'],
    [
      '.properties',
      'url=jdbc:postgresql://db/x\nuser=app\n# old\n\npassword=«P»\n',
      'url=jdbc:postgresql://db/x\nuser=app_clone\n# old\n\npassword=«N»\n',
    ],
    ['Spring', 'spring.datasource.password=«P»', 'spring.datasource.password=«N»'],
    ['my.cnf', '[client]\nuser = "app"\npassword = "«P»"', '[client]\nuser = "app_clone"\npassword = "«N»"'],
    [
      'two sections',
      '[a]\nuser=app\npassword=«P»\n[b]\nuser=app\npassword=«P»',
      '[a]\nuser=app_clone\npassword=«N»\n[b]\nuser=app_clone\npassword=«N»',
    ],
    ['ODBC', 'Driver={A B};Server=db;UID=app;PWD=«P»;', 'Driver={A B};Server=db;UID=app_clone;PWD=«N»;'],
    ['ODBC in braces', 'DSN=x;UID={app};PWD={«P»}', 'DSN=x;UID={app_clone};PWD={«N»}'],
    ['the host in capitals with a port', 'postgres://app:«P»@DB.:5432/x', `postgres://app_clone:${N}@DB.:5432/x`],
    ['any host in .pgpass', '*:*:*:app:«P»', '*:*:*:app_clone:«N»'],
    ['any user in .pgpass', 'db:*:*:*:«P»', 'db:*:*:*:«N»'],
    ['a list of one host', 'mongodb://app:«P»@db:1,db:2/x', `mongodb://app_clone:${N}@db:1,db:2/x`],
    ['host of .NET', 'Server=tcp:db,1433;Uid=app;Pwd=«P»', 'Server=tcp:db,1433;Uid=app_clone;Pwd=«N»'],
    ['our own login', { host: 'db', login: 'app', pw: '«P»' }, { host: 'db', login: 'app_clone', pw: '«N»' }],
    [
      'beside our own URL',
      { url: 'jdbc:postgresql://db/x', username: 'app', password: '«P»' },
      { url: 'jdbc:postgresql://db/x', username: 'app_clone', password: '«N»' },
    ],
    [
      'beside a page of the web',
      { url: 'https://wiki/x', password: '«P»' },
      { url: 'https://wiki/x', password: '«N»' },
    ],
    ['beside a page of the web without TLS', { url: 'http://wiki/x', pw: '«P»' }, { url: 'http://wiki/x', pw: '«N»' }],
    ['where a user stands', { login: '«P»' }, { login: '«N»' }],
    ['beside a user that is empty', { user: '', password: '«P»' }, { user: '', password: '«N»' }],
    [
      'beside our host, and one of another group',
      { db_pw: '«P»', host: 'db', smtp_host: 'mail' },
      { db_pw: '«N»', host: 'db', smtp_host: 'mail' },
    ],
    [
      'libpq of the database with the name of the user',
      'host=db user=app password=«P» dbname=app',
      'host=db user=app_clone password=«N» dbname=app',
    ],
    ['a header with two spaces', 'Bearer  «P»', 'Bearer  «N»'],
    [
      'beside another host of another group',
      { pw: '«P»', host: 'db', smtp_host: 'mail' },
      { pw: '«N»', host: 'db', smtp_host: 'mail' },
    ],
  ])('%s', (_what, before, after) => {
    expect(next({ copy: inside(before) })).toEqual({ copy: inside(after) });
  });

  it('a short password where a form names nobody else', () => {
    const before = {
      url: 'postgres://app@db?password=abc12',
      dsn: 'host=db password=abc12',
      redis: 'redis://:abc12@db',
    };

    expect(next(before, { from: 'abc12', to: 'x' })).toEqual({
      url: 'postgres://app_clone@db?password=x',
      dsn: 'host=db password=x',
      redis: 'redis://:x@db',
    });
  });

  it('a password of one character, where a password stands', () => {
    expect(next({ pw: ' x\n' }, { from: 'x', to: 'y' })).toEqual({ pw: ' y\n' });
  });

  it('a short password in base64, where a password stands', () => {
    expect(next({ token: base64('abc12') }, { from: 'abc12', to: 'x' })).toEqual({ token: base64('x') });
  });

  it('base64 without its padding, and gets none', () => {
    const bare = (text: string) => base64(text).replaceAll('=', '');

    expect(next({ pw: bare('~~~???>>>1') }, { from: '~~~???>>>1', to: '?' })).toEqual({ pw: bare('?') });
  });

  it('beside numbers that JavaScript cannot hold', () => {
    const fields = (password: string) =>
      parseObject(`{"in":{"n":12345678901234567890,"list":["x",1.0],"password":"${password}"}}`) ?? {};

    expect(JSON.stringify(next(fields(P)))).toBe(JSON.stringify(fields(N)));
  });

  it('and a user that stays is written as it was', () => {
    const url = (password: string) => ({ url: `postgres://my+app:${password}@db/x` });

    expect(next(url(encodeURIComponent(P)), { user: 'my app', isAlone: true })).toEqual(url(N));
  });

  it('a value without what is unseen at the ends of the stored one, too', () => {
    const before = { url: `postgres://app:${encodeURIComponent(P)}@db/x`, pw: P, same: `${P}\n` };

    const after = next(before, { from: `${P}\n` });

    expect(after).toEqual({ url: `postgres://app_clone:${N}@db/x`, pw: N, same: N });
  });

  it('at the top, beside what belongs to others', () => {
    expect(next({ pw: P, server: 'mail', smtp_host: 'mail', smtp_password: 'x', db_user: 'app' })).toEqual({
      pw: N,
      server: 'mail',
      smtp_host: 'mail',
      smtp_password: 'x',
      db_user: 'app_clone',
    });
  });
});

it('the login of a registry, in base64 inside of base64', () => {
  const of = (user: string, password: string) =>
    base64(JSON.stringify({ auths: { 'r.io': { username: user, password, auth: base64(`${user}:${password}`) } } }));

  expect(next({ docker: of('app', P) })).toEqual({ docker: of('app_clone', N) });
});

describe('stays', () => {
  it('what is empty, where a password is empty', () => {
    const before = { pw: '', token: [''] };

    expect(next(before, { from: '' })).toEqual(before);
  });

  it('the user name, too, while the password stays', () => {
    const before = { db_user: 'app', pw: P };

    expect(next(before, { to: P })).toEqual(before);
  });

  it('all that is the user name, when the password is the same', () => {
    const before = {
      DB_USER: 'orders_app',
      schema: 'orders_app',
      bucket: ['orders_app'],
      audit: { actor: 'orders_app', user: 'orders_app' },
      url: 'postgres://orders_app@db/orders_app',
    };

    const after = next(before, { from: 'orders_app', user: 'orders_app' });

    expect(after).toEqual({
      ...before,
      DB_USER: 'orders_app_clone',
      url: 'postgres://orders_app_clone@db/orders_app',
    });
  });

  it('the database in a URL, when the password is the same', () => {
    const after = next({ u: 'pg://orders_app:orders_app@db/orders_app' }, { from: 'orders_app', user: 'orders_app' });

    expect(after).toEqual({ u: `pg://orders_app_clone:${N}@db/orders_app` });
  });

  it.each([
    ['12345678', { id: '12345678', pin: 12345678 }],
    ['orders-db-1', { replica_host: 'orders-db-1', name: 'orders-db-1' }],
    ['S3cr3t-Host.db', { replica_host: 'S3cr3t-Host.db' }],
    ['20240101', { rotated: '20240101T000000Z', at: '20240101' }],
    ['2024-01-01', { at: '2024-01-01', note: 'of 2024-01-01' }],
    ['Passw0rd', { page: 'https://wiki/Passw0rd-policy', other: 'myPassw0rd' }],
    ['abc', { token: 'YWJj' }],
    ['postgres', { staging: { host: 'staging-db', password: 'postgres' } }],
    ['abc12', { remote: 'https://abc12@db/x' }],
    ['Passw0rd-11', { note: 'myPassw0rd-11s' }],
    ['Bearer-Token-1', { note: 'the token is not here' }],
  ])('%s in %o', (from, before) => {
    expect(next(before, { from })).toEqual(before);
  });

  it.each<[string, Record<string, unknown>]>([
    ['its own password', { smtp_user: 'app', smtp_password: 'other' }],
    ['its own host', { smtp_user: 'app', smtp_host: 'mail' }],
    ['a name of something else', { users_table: 'app' }],
    ['no password', { mail: { username: 'app' } }],
    ['another password', { mail: { username: 'app', password: 'another', host: 'mail' } }],
    ['another host, and none', { mail: { username: 'app', host: 'mail' } }],
    ['another password, and ours elsewhere', { mail: { username: 'app', password: 'another', old: { pw: P } } }],
  ])('a user name with %s', (_what, before) => {
    const after = next(before);

    expect(JSON.stringify(after).replaceAll(N, P)).toBe(JSON.stringify(before));
  });
});

describe('is refused', () => {
  const elsewhere = 'for another user or host';
  const unknown = 'in a form that cannot be rewritten';
  it.each<[string, unknown, string]>([
    ['a URL at another host', 'postgres://app:«P»@staging-db/x', elsewhere],
    ['a URL with another host in its query', 'postgres://app:«P»@/x?host=staging-db', elsewhere],
    ['a list with another host', 'mongodb://app:«P»@db,staging-db/x', elsewhere],
    ['an object of another host', { host: 'staging-db', username: 'app', password: '«P»' }, elsewhere],
    ['one with another host in a URL', { url: 'jdbc:pg://staging-db/x', user: 'app', password: '«P»' }, elsewhere],
    ['one inside of it', { host: 'staging-db', login: { password: '«P»' } }, elsewhere],
    ['a list of hosts', { hosts: ['db', 'replica'], password: '«P»' }, elsewhere],
    ['a list of an empty host and another', { hosts: ['', 'replica'], password: '«P»' }, elsewhere],
    ['one with a database over HTTPS', { url: 'jdbc:ch:https://other/x', user: 'app', password: '«P»' }, elsewhere],
    ['one inside of another user’s', { username: 'reporting', login: { password: '«P»' } }, elsewhere],
    ['a URL of another user with the password in its query', 'postgres://other@db/x?password=«P»', elsewhere],
    ['libpq beside another user', { user: 'reporting', dsn: 'host=db password=«P»' }, elsewhere],
    ['libpq beside another host', { host: 'replica', dsn: 'user=app password=«P»' }, elsewhere],
    ['a group of its own in an object', { db_host: 'staging-db', password: '«P»' }, elsewhere],
    ['.pgpass of another host', 'db:1:x:app:«P»\nother:1:x:app:«P»', elsewhere],
    ['libpq of another host', 'host=other user=app password=«P»', elsewhere],
    ['.NET of another host', 'Server=other;Uid=app;Password=«P»', elsewhere],
    ['an object of another user', { username: 'reporting', password: '«P»' }, elsewhere],
    ['JSON of another user', '{"username":"reporting","password":"«P»"}', elsewhere],
    ['lines of another user', 'user=other\npassword=«P»', elsewhere],
    ['lines of two users', '[a]\nuser=app\npassword=«P»\n[b]\nuser=other\npassword=«P»', elsewhere],
    ['lines of another host', 'url=jdbc:postgresql://other/x\nuser=app\npassword=«P»', elsewhere],
    ['a remark', 'a=b\n# «P»', unknown],
    ['hexadecimal digits', Buffer.from(P).toString('hex').toUpperCase(), unknown],
    ['base64 in a sentence', `see ${base64(P).replaceAll('=', '')} there`, unknown],
    ['a header of two', `Basic ${base64(`x-${P}`)}`, unknown],
    ['the name of a field', { [P]: 1 }, 'is named after'],
  ])('%s', (_what, value, fact) => {
    const attempt = () => next({ copy: inside(value) });

    expect(attempt).toThrow(expect.objectContaining({ code: 'INVALID_SECRET', fact: expect.stringContaining(fact) }));
    expect(attempt).toThrow(/^field copy/);
    expect(attempt).not.toThrow(P);
  });

  it('a group at the top that names another host', () => {
    expect(() => next({ staging_url: 'jdbc:pg://other/x', staging_user: 'app', staging_password: P })).toThrow(
      elsewhere,
    );
    expect(() => next({ DB_HOST: 'other', DB_PASSWORD: P })).toThrow(elsewhere);
  });

  it('a line, by its name', () => {
    expect(() => next({ env: `user=other\npassword=${P}` })).toThrow(/^field env\.password holds/);
  });

  it('a name of a field at the top', () => {
    expect(() => next({ [P]: 1 })).toThrow(/^field \* is named/);
  });

  it.each([
    ['a value between others', 'Passw0rd', 'it is Passw0rd now'],
    ['a long one inside of a word', 'Passw0rd-123', 'myPassw0rd-123s'],
    ['a line beside others', 'Passw0rd', 'a=b\nnote\nPassw0rd\nnote'],
  ])('%s', (_what, from, note) => {
    expect(() => next({ note }, { from })).toThrow('field note holds');
  });

  it.each([
    ['of no form', `x ${P}`, 'take it out'],
    ['of another host', `postgres://app:${P}@other/x`, 'write the user and host of the secret there'],
  ])('what is %s says what to do', (_what, text, hint) => {
    const fact = expect.stringMatching(/^field text holds the value that is replaced, /);

    expect(() => next({ text })).toThrow(expect.objectContaining({ fact, hint: expect.stringContaining(hint) }));
  });

  it('a number in a field for passwords', () => {
    expect(() => next({ pw: 12345678 }, { from: '12345678' })).toThrow(/^field pw holds/);
  });

  it.each(['a b', "a'b", 'a"b', 'a\\b', 'a#b', `a\${b`, ''])('a new value that lines do not take bare: %s', (to) => {
    expect(() => next({ copy: `password=${P}\n` }, { to })).toThrow('cannot be written there');
  });

  it.each([
    ["'", "a'b"],
    ['"', 'a$b'],
  ])('nor in %s', (quote, to) => {
    expect(() => next({ copy: `password=${quote}${P}${quote}\n` }, { to })).toThrow('cannot be written there');
  });

  it.each([
    ['tok_live_0123456789abcdef', 'tokens.*'],
    ['connectionString', 'tokens.connectionString'],
    ['CONNECTION_STRING', 'tokens.CONNECTION_STRING'],
    ['aB3', 'tokens.aB3'],
    ['tok_live_a12', 'tokens.*'],
    ['tok_live_a1', 'tokens.tok_live_a1'],
    ['live_token_key0123', 'tokens.*'],
  ])('with the name of an inner field only where it is no value: %s', (name, path) => {
    expect(() => next({ tokens: { [name]: `x ${P}` } })).toThrow(`field ${path} holds`);
  });
});
