/** How each form is taken apart, read and written. What a rotation makes of it is told by copies.test.ts. */
import { describe, expect, it } from 'vitest';
import { type Form, forms, hostsIn, hostsNamed, linesIn, percentEncoded } from '../../../shared/rotation/copy-forms.ts';

const [url, libpq, odbc, net, pgpass, pair] = forms as [Form, Form, Form, Form, Form, Form];

/** `user<app>`: a piece that is a user. Others stand as they are. */
const pieces = (form: Form, text: string) =>
  form
    .split(text)
    .map(({ is, raw }) => (is === 'other' ? raw : `${is}<${raw}>`))
    .join('');

describe('is taken apart:', () => {
  it.each<[string, Form, string, string]>([
    ['a URL', url, 'pg://app:P@db:5432/x?a=b#c d', 'pg://users<app>:secrets<P>@hosts<db:5432>/x?a=b#c d'],
    ['a URL with a user alone', url, 'jdbc:pg://app@db', 'jdbc:pg://either<app>@hosts<db>'],
    ['a URL without a user', url, 'redis://:P@db', 'redis://:secrets<P>@hosts<db>'],
    ['a URL without a login', url, 'pg://db/x', 'pg://either<>hosts<db>/x'],
    ['a query with spaces', url, 'pg://db/x?user=app&a=my b', 'pg://either<>hosts<db>/x?user=users<app>&a=my b'],
    ['a fragment with spaces', url, 'pg://db/x?user=app#my b', 'pg://either<>hosts<db>/x?user=users<app>#my b'],
    ['a query that is no list', url, 'pg://db/x?flag&b=c', 'pg://either<>hosts<db>/x?flag&b=c'],
    ['libpq', libpq, "user = app  password='P x'", "user = users<app>  password=secrets<'P x'>"],
    ['libpq, escaped', libpq, "password='a\\ b\\'c' host=x\\ y", "password=secrets<'a\\ b\\'c'> host=hosts<x\\ y>"],
    ['ODBC', odbc, 'Driver = {A B};PWD={a;b}};c};UID=app', 'Driver = {A B};PWD=secrets<{a;b}};c}>;UID=users<app>'],
    ['ODBC with a DSN', odbc, 'Server=db;DSN=x;PWD={a;b}', 'Server=hosts<db>;DSN=x;PWD=secrets<{a;b}>'],
    ['.NET', net, 'User Id = app; Pwd="a;""b"', 'User Id = users<app>; Pwd=secrets<"a;""b">'],
    ['.NET of a driver', net, "LogDriver=1;DriverVersion=2;Pwd='P'", "LogDriver=1;DriverVersion=2;Pwd=secrets<'P'>"],
    ['a line of .pgpass', pgpass, 'db:1:shop:app:a:b\nc', 'hosts<db>:1:shop:users<app>:secrets<a:b\nc>'],
    ['.pgpass for all users', pgpass, 'db:1:shop:*:P', 'hosts<db>:1:shop:*:secrets<P>'],
    [
      '.pgpass, escaped',
      pgpass,
      'd\\:\\ b:1:s\\:\\ hop:a\\:\\ pp:P',
      'hosts<d\\:\\ b>:1:s\\:\\ hop:users<a\\:\\ pp>:secrets<P>',
    ],
    ['a user and a password', pair, 'app:a:b\nc', 'users<app>:secrets<a:b\nc>'],
  ])('%s', (_what, form, text, taken) => {
    expect(pieces(form, text)).toBe(taken);
  });

  it.each<[string, Form, string]>([
    ['no URL', url, 'see pg://db'],
    ['ODBC', net, 'Server=db; driver=A;PWD=P'],
    ['.NET', odbc, 'Server=db;PWD=P'],
    ['a line of .pgpass with a part too few', pgpass, '\\:5432:shop:app:P'],
    ['a password without a user', pair, ':x:y'],
  ])('not %s', (_what, form, text) => {
    expect(form.split(text)).toEqual([]);
  });

  it.each([
    ['users', ['user', 'UserId', 'User Id', 'username', 'User Name', 'UID']],
    ['secrets', ['password', 'PWD']],
    ['hosts', ['host', 'hostaddr', 'Server', 'addr', 'Address', 'DataSource', 'Data Source', 'Network Address']],
    ['other', ['user_agent', 'super user', 'password_encryption', 'my pwd', 'ghost', 'host_timeout', 'dbname']],
  ])('what is one of %s', (is, names) => {
    expect(names.map((name) => net.split(`${name}=x`)[1])).toEqual(names.map(() => ({ is, raw: 'x' })));
  });
});

describe('is read and written:', () => {
  it.each<[string, Form, string, string[]]>([
    ['percent signs', url, 'a%20b+c', ['a b+c', 'a b c']],
    ['quotes of libpq', libpq, "'a\\'b'", ["a'b"]],
    ['escaped quotes of libpq', libpq, "a\\'b\\'", ["a'b'"]],
    ['braces of ODBC', odbc, '{a}}\nb}', ['a}\nb']],
    ['braces inside of a value of ODBC', odbc, 'a{b}', ['a{b}']],
    ['a brace at its beginning', odbc, '{a}b', ['{a}b']],
    ['a bare value of ODBC', odbc, ' a ', ['a']],
    ['quotes of .NET', net, '"a""b"', ['a"b']],
    ['quotes inside of a value of .NET', net, 'a"b"', ['a"b"']],
    ['a bare value of .NET', net, ' a ', ['a']],
  ])('%s', (_what, form, raw, values) => {
    expect(form.read(raw)).toEqual(values);
  });

  it.each<[string, Form, string, string, string]>([
    ['a URL', url, 'a*b', 'old', 'a%2Ab'],
    ['libpq', libpq, 'new', "a\\'", 'new'],
    ['libpq with a space', libpq, 'a b', 'old', "'a b'"],
    ['ODBC with a space', odbc, 'a b', 'old', 'a b'],
    ['ODBC with a space in front', odbc, ' a', 'old', '{ a}'],
    ['ODBC with a space behind', odbc, 'a ', 'old', '{a }'],
    ['ODBC with a brace', odbc, 'a}b', 'old', '{a}}b}'],
    ['.NET', net, 'new', 'a"b', 'new'],
    ['.NET with a space', net, 'a b', 'old', 'a b'],
    ['.NET with a space in front', net, ' a', 'old', '" a"'],
    ['.NET with a space behind', net, 'a ', 'old', '"a "'],
    ['.NET with an equals sign in front', net, '=a', 'old', '"=a"'],
    ['.NET with an equals sign', net, 'a=b', 'old', 'a=b'],
  ])('%s', (_what, form, value, raw, written) => {
    expect(form.write(value, raw)).toBe(written);
  });

  it('what a URL needs encoded, also where JavaScript leaves it', () => {
    expect(percentEncoded("a!'()*/\uD800")).toBe('a%21%27%28%29%2A%2F%EF%BF%BD');
  });
});

describe('hosts', () => {
  it.each([
    ['db:5432, replica:5433', ['db', 'replica']],
    ['tcp:db,1433', ['db']],
    ['db-tcp:1433', ['db-tcp']],
    ['[2001:db8::1]:5432', ['2001:db8::1']],
    ['2001:db8::1', ['2001:db8::1']],
    ['[fe80::1]%eth0', ['[fe80::1]%eth0']],
    ['db[1]', ['db[1]']],
    ['*', []],
    ['', []],
  ])('of %j', (text, hosts) => {
    expect(hostsIn(text)).toEqual(hosts);
  });

  it('in a text are read in one way', () => {
    expect(hostsNamed(url.split('pg://a%2Eb+c/x?host=d'), url)).toEqual(['a.b+c', 'd']);
  });
});

describe('lines', () => {
  it('are read without their quotes, and several of one name together', () => {
    const text = `a = 'x y'\nb="z"\nc=x"y"\nd="x"y\nnote\n\nb=z\nexport e=f`;

    expect(linesIn(text)).toMatchObject({
      fields: { a: 'x y', b: ['z', 'z'], c: 'x"y"', d: '"x"y' },
      rest: 'note\n\nexport e=f',
    });
  });

  it.each(['', 'a', 'a=b c', 'a=b;', 'user=app;c=d', '\n', 'a\nb', 'see a=b'])('are not in %j', (text) => {
    expect(linesIn(text)).toBeUndefined();
  });

  it.each([
    ['a=x', 'new', 'a=new'],
    ["a='x'\n", 'b c', "a='b c'\n"],
    ['a="x"\n', 'b c', 'a="b c"\n'],
    ['a=x"y"\n', 'new', 'a=new\n'],
    ['a="x"y\n', 'new', 'a=new\n'],
    ['  a = x  \n# b\n', 'new', '  a = new  \n# b\n'],
    ['a=x\nb=c # d\n', 'new', 'a=new\nb=c # d\n'],
    ['a=x\n', 'b c', undefined],
    ["a='x'\n", "b'c", undefined],
    ['a="x"\n', 'b$c', undefined],
  ])('%j is written with %j as %j', (text, value, written) => {
    const lines = linesIn(text);

    expect(lines?.write({ ...lines.fields, a: value })).toBe(written);
  });
});
