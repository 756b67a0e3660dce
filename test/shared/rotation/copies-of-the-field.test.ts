/** Secrets as people have them: what becomes of one field more, where two users take turns and where one user stays. */
import { describe, expect, it } from 'vitest';
import { follow } from '../../../shared/rotation/copies.ts';
import { parseObject } from '../../../shared/rotation/json.ts';

const P = 'S3cr3t-Passw0rd!';
const N = 'N3w-Value-of-32-characters-long';

function next(field: unknown, { from = P, to = 'app_clone' } = {}) {
  const all = {
    secrets: [{ from, to: N }],
    owners: [{ from: 'app', to }],
    known: ['username', 'password', 'host', 'engine'],
    names: ['app', 'db'],
    host: 'db',
    anyOwner: false,
  };
  return follow({ copy: field }, all).copy;
}

const stops = (of: string, path = 'copy') =>
  expect.objectContaining({
    code: 'INVALID_SECRET',
    fact: expect.stringMatching(new RegExp(`^field ${path.replaceAll('.', '\\.')} holds the ${of} that is replaced`)),
  });

const base64 = (text: string) => Buffer.from(text).toString('base64');
const wrapped = (text: string) => base64(text).replace(/.{76}(?=.)/g, '$&\n');
const twice = (text: string) => encodeURIComponent(encodeURIComponent(text));

describe('follows, whole', () => {
  it.each<[string, (user: string, password: string) => unknown]>([
    [
      'Spring',
      (u, p) =>
        `spring.datasource.url=jdbc:postgresql://db/app\nspring.datasource.username=${u}\nspring.datasource.password=${p}`,
    ],
    [
      'Spring in JSON',
      (u, p) =>
        JSON.stringify({ spring: { datasource: { url: 'jdbc:postgresql://db/app', username: u, password: p } } }),
    ],
    ['R2DBC', (u, p) => `r2dbc:postgresql://${u}:${p}@db/app`],
    [
      'Django',
      (u, p) => ({
        default: { ENGINE: 'django.db.backends.postgresql', NAME: 'app', USER: u, PASSWORD: p, HOST: 'db' },
      }),
    ],
    ['SQLAlchemy', (u, p) => `postgresql+psycopg2://${u}:${p}@db/app`],
    ['Prisma', (u, p) => `postgresql://${u}:${p}@db:5432/app?schema=app&connection_limit=5`],
    [
      'Knex',
      (u, p) => JSON.stringify({ client: 'pg', connection: { host: 'db', user: u, password: p, database: 'app' } }),
    ],
    [
      'appsettings.json',
      (u, p) => JSON.stringify({ ConnectionStrings: { App: `Host=db;Username=${u};Password=${p};Database=app` } }),
    ],
    ['SQL Server', (u, p) => `Server=tcp:db,1433;Initial Catalog=app;User ID=${u};Password=${p};Encrypt=true`],
    ['ODBC', (u, p) => `Driver={PostgreSQL Unicode};Server=db;Port=5432;Database=app;Uid=${u};Pwd=${p};`],
    ['odbc.ini', (u, p) => `[app]\nDriver=PostgreSQL\nServername=db\nUserName=${u}\nPassword=${p}\n`],
    ['pg_service.conf', (u, p) => `[app]\nhost=db\nuser=${u}\npassword=${p}\n`],
    ['.pgpass', (u, p) => `# of app\ndb:5432:app:${u}:${p}\n*:*:*:${u}:${p}\n`],
    ['my.cnf', (u, p) => `[client]\n# of app\nuser=${u}\npassword="${p}"\nhost=db\ndatabase=app\n`],
    ['TOML', (u, p) => `[app]\nuser = "${u}"\npassword = "${p}"\n`],
    ['Terraform', (u, p) => `provider "postgresql" {\n  host = "db"\n  username = "${u}"\n  password = "${p}"\n}`],
    ['a list for containers', (u, p) => [`PGUSER=${u}`, `PGPASSWORD=${p}`, 'PGDATABASE=app']],
    [
      'a pull secret',
      (u, p) => JSON.stringify({ auths: { db: { username: u, password: p, auth: base64(`${u}:${p}`) } } }),
    ],
    ['base64 twice', (u, p) => base64(base64(`${u}:${p}`))],
    ['base64 for URLs', (u, p) => Buffer.from(`${u}:${p}`).toString('base64url')],
    [
      'base64 in lines',
      (u, p) =>
        wrapped(`# ${'x'.repeat(60)}\n[client]\nuser=${u}\npassword=${p}\nport=1\nhost=db\n${'# y\n'.repeat(30)}`),
    ],
    [
      'base64 in lines of JSON',
      (u, p) => wrapped(JSON.stringify({ pad: 'x'.repeat(90), host: 'db', user: u, password: p })),
    ],
    [
      'base64 in lines of Windows',
      (u, p) => wrapped(`x=${'x'.repeat(60)}\nuser=${u}\npassword=${p}\n`).replaceAll('\n', '\r\n'),
    ],
    ['a URL a line', (u, p) => `postgres://${u}:${p}@db/abc\npostgres://${u}@db/xyz`],
    ['a list in a text', (u, p) => JSON.stringify([`postgres://${u}:${p}@db/app`, { auth: base64(`${u}:${p}`) }])],
    ['JSON in JSON', (u, p) => JSON.stringify(JSON.stringify({ user: u, password: p }))],
    ['JSON with escapes', (u, p) => [JSON.stringify({ user: u, password: p })]],
    ['names of their own', (u, p) => ({ login_name: u, usr: u, 'user-id': u, pwd: p })],
    ['a section with the name of the user', (u, p) => ({ app: { host: 'db', user: u, password: p } })],
  ])('%s', (_what, write) => {
    expect(next(write('app', P))).toEqual(write('app_clone', N));
    expect(next(write('app', P), { to: 'app' })).toEqual(write('app', N));
  });

  it('a password that occurs by chance, where its name stands beside it', () => {
    const env = (password: string) => [{ name: 'PGPASSWORD', value: password }];

    expect(next(env('abc12'), { from: 'abc12' })).toEqual(env(N));
    expect(next(['mysql', '--password', 'abc12'], { from: 'abc12' })).toEqual(['mysql', '--password', N]);
  });
});

describe('a password in a text that cannot be written is refused, of one user and of two', () => {
  it.each<[string, (password: string) => string]>([
    ['Go', (p) => `app:${p}@tcp(db:3306)/app?parseTime=true`],
    ['a URL without a scheme', (p) => `app:${p}@db:5432/app`],
    ['a URL in a sentence', (p) => `see postgres://app:${p}@db/app .`],
    ['Oracle', (p) => `jdbc:oracle:thin:app/${p}@db:1521/x`],
    ['SQL Server by JDBC', (p) => `jdbc:sqlserver://db:1433;user=app;password=${p};`],
    ['MySQL by JDBC', (p) => `jdbc:mysql://address=(host=db)(user=app)(password=${p})/app`],
    ['Rails', (p) => `production:\n  adapter: postgresql\n  host: db\n  username: app\n  password: ${p}\n`],
    ['YAML in quotes', (p) => `db:\n  host: db\n  password: "${p}"\n`],
    ['YAML of one line', (p) => `{username: app, password: ${p}}`],
    ['PHP', (p) => `'username' => 'app', 'password' => '${p}'`],
    ['WordPress', (p) => `define( 'DB_PASSWORD', '${p}' );`],
    ['Tomcat', (p) => `<Resource username="app" password="${p}" url="jdbc:postgresql://db/app"/>`],
    ['an element of XML', (p) => `<password>${p}</password>`],
    ['JavaScript', (p) => `{ host: 'db', user: 'app', password: '${p}' }`],
    ['JAAS', (p) => `PlainLoginModule required username="app" password="${p}";`],
    ['mysql', (p) => `mysql -h db -uapp -p${p} app`],
    ['mysql in quotes', (p) => `mysql -h db -uapp -p'${p}' app`],
    ['a bundle of options', (p) => `mysql -Bp${p}`],
    ['psql', (p) => `PGPASSWORD=${p} psql -h db app`],
    ['mongosh', (p) => `mongosh -u app -p ${p}`],
    ['a long option', (p) => `mongosh --password ${p} db`],
    ['Java', (p) => `java -Ddb.user=app -Ddb.password=${p} -jar app.jar`],
    ['Helm', (p) => `helm install app --set db.password=${p}`],
    ['curl', (p) => `PASS=${p}; curl -u "app:$PASS" https://db`],
    ['base64 in YAML', (p) => `data:\n  url: ${base64(`{"password":"${p}"}`)}\n`],
    ['a remark behind it', (p) => `user=app\npassword=${p} # of db`],
    ['a line after others', (p) => `x=1\npassword: ${p}`],
    ['percent-encoded twice', (p) => `${twice(`password=${p}`)}&x`],
  ])('%s', (_what, write) => {
    for (const to of ['app', 'app_clone']) {
      for (const from of [P, 'S3cr3t-1!', 'abc12']) {
        const attempt = () => next(write(from), { from, to });

        expect(attempt).toThrow(expect.objectContaining({ code: 'INVALID_SECRET' }));
        expect(attempt).toThrow(/^field copy(?:\.password)? holds the (?:value|user name) that is replaced/);
        expect(attempt).not.toThrow(from);
      }
    }
  });

  it.each<[string, string, string]>([
    ['a header', P, `Authorization: Basic ${base64(`app:${P}`)}`],
    ['a list in base64 in a sentence', P, `it is ${base64(`x${P}`)} now`],
    [
      'base64 in indented lines',
      P,
      `a: |\n  ${wrapped(`${'x'.repeat(50)}${P}${'x'.repeat(80)}`).replaceAll('\n', '\n  ')}\n`,
    ],
    [
      'base64 over the second break',
      P,
      `a:\r\n${wrapped(`${'x'.repeat(107)}${P}${'x'.repeat(80)}`).replaceAll('\n', '\r\n')}`,
    ],
    ['base64 behind a sign of its own', P, `see a/${base64(P).replaceAll('=', '')}`],
    ['a part of base64', 'bG8gd29ybGQsIHdoYXQg', base64('hello world, what a day')],
    ['letters of two bytes', 'Sécr3t-Passw0rd!', 'x pg://app:S%C3%A9cr3t-Passw0rd%21@db'],
    ['percent-encoded twice', P, `x ${twice(`pg://app:${encodeURIComponent('S3cr3t-Passw0rd')}%21@db`)}`],
    ['beside a percent sign', P, `100% of pg://app:S3cr3t-Passw0rd%21@db`],
    ['XML', 'S3cr3t&Passw0rd<1>', '<p>S3cr3t&amp;Passw0rd&lt;1&gt;</p>'],
    ['XML in numbers', P, '<p>S3cr3t-Passw0rd&#33;</p>'],
    ['XML in hexadecimal numbers', P, '<p>S3cr3t-Passw0rd&#x21;</p>'],
    ['XML with quotes', `S3cr3t"Passw0rd'1`, '<p>S3cr3t&quot;Passw0rd&apos;1</p>'],
    ['letters by their number', P, 'p: "S3cr3t-Passw0rd\\u0021"'],
    ['behind an escaped line break', 'S3cr3t-1!', 'x\\nS3cr3t-1!\\tx'],
  ])('%s, in other letters', (_what, from, text) => {
    for (const to of ['app', 'app_clone']) expect(() => next(text, { from, to })).toThrow(stops('value'));
  });
});

describe('a user name without its password is refused where users take turns, and stays with one user', () => {
  it.each<[string, unknown, string?]>([
    ['a list of words', ['psql', '-U', 'app'], 'copy.2'],
    ['a list with a long option', ['mongosh', '--username', 'app', 'db'], 'copy.2'],
    ['a list in a text', '["psql","-U","app"]', 'copy.2'],
    ['a list in a line', 'command: ["psql","-U","app"]'],
    ['a list without quotes', 'command: [psql, -U, app]'],
    ['a list in lines', 'args:\n- -U\n- app\n'],
    ['a list in indented lines', '  - --username\n  - "app"'],
    ['a command in lines', 'psql -h db -U \\\n  app'],
    ['a command in a JSON string', '"psql \\"-U\\" \\"app\\""'],
    ['escaped quotes', 'psql \\"-U\\" \\"app\\"'],
    ['quotes around an option', "'-U' 'app'"],
    ['a bundle of options', 'psql -qUapp'],
    ['a bundle before the name', 'psql -qAtU app'],
    ['a bundle of mysql', 'mysql -Buapp'],
    ['a bundle alone', '-qUapp'],
    ['mongosh', 'mongosh -u app'],
    ['an option with a sign', 'tool -u=app'],
    ['a long option in quotes', 'psql --username=\\"app\\" x'],
    ['a long option of its own', 'tool --db-user app'],
    ['a long option with one dash', 'tool -dbuser "app"'],
    ['a login', 'tool --login app'],
    ['lines behind others', 'HOST=db\npsql -U app'],
    ['an export behind others', 'HOST=db\nexport PGUSER=app'],
    ['a remark behind it', 'host=db\nuser = app # reads only', 'copy.user'],
    ['PHP', "'username' => 'app', 'host' => 'db'"],
    ['Ruby', ':username => "app"'],
    ['WordPress', `define( 'DB_USER', 'app' );`],
    ['XML', '<user>app</user>'],
    ['JavaScript', `config['user'] = 'app'`],
    ['a number behind the name', { host: 'db', DB_USER_2: 'app' }, 'copy.DB_USER_2'],
    ['a text that begins with it', { db_user: 'app (reads only)' }, 'copy.db_user'],
    ['an address of mail behind it', 'psql -U app x@y'],
    ['a name and a value', [{ name: 'PGUSER', value: 'app' }], 'copy.0.value'],
    ['a key and a value', [{ Value: 'app', Key: 'PGUSER' }], 'copy.0.Value'],
    ['a name and a value in a text', '[{"name":"PGUSER","value":"app"}]', 'copy.0.value'],
    ['percent-encoded twice', `x ${twice('postgres://app@db/x')}`],
    ['base64 in lines', `data:\n  url: ${base64('postgres://app@db/x')}\n`],
    ['a name in base64', `data:\n  username: ${base64('app')}\n`],
    ['YAML under its name', 'app: postgres://app@db/x'],
    ['sudo', 'sudo -u app psql'],
    ['a name in quotes that are kept', { db_user: '"app"' }, 'copy.db_user'],
    ['docker', 'docker run --user app x'],
    ['curl', 'curl -u app:token https://other'],
    ['a remark in one line', 'user=app # reads only'],
    ['YAML', '{host: db, username: app}'],
  ])('%s', (_what, value, path) => {
    expect(() => next(value)).toThrow(stops('user name', path));
    expect(next(value, { to: 'app' })).toEqual(value);
  });

  it('is refused beside a URL of a password that occurs by chance', () => {
    expect(() => next('x://abc12@db/y?user=app', { from: 'abc12' })).toThrow(stops('user name'));
  });

  it('stays beside what may be its password or not', () => {
    expect(next({ app: 'abc12', list: ['app', 'abc12'] }, { from: 'abc12' })).toEqual({
      app: 'abc12',
      list: ['app', 'abc12'],
    });
  });

  it('of a password with an unseen end, too', () => {
    expect(() => next(['app', P], { from: `${P}\n` })).toThrow(stops('user name'));
    expect(() => next('mysql -pabc12', { from: 'abc12\n', to: 'app' })).toThrow(stops('value'));
  });

  it('as a URL behind lines, which are written as lines', () => {
    expect(() => next('HOST=db\npostgres://app@db/x')).toThrow(stops('value'));
  });

  it('beside its password in a list', () => {
    expect(() => next(['db', 'app', P])).toThrow(stops('user name'));
    expect(next(['db', 'app', P], { to: 'app' })).toEqual(['db', 'app', N]);
    expect(next(['db', 'x', P])).toEqual(['db', 'x', N]);
  });

  it('where more than a name stands beside the value, and it is of another host', () => {
    expect(() => next({ name: 'x', value: P, host: 'other' })).toThrow(
      /^field copy\.value holds the value .*another user or host/,
    );
  });

  it('as the name of the field of its password', () => {
    expect(() => next({ app: P })).toThrow(/^field copy\.app is named after what is replaced/);
    expect(next({ app: P }, { to: 'app' })).toEqual({ app: N });
    expect(next({ app: 'x', shop: P })).toEqual({ app: 'x', shop: N });
  });
});

describe('is a mention, or of another system, and stays', () => {
  it.each<[string, unknown]>([
    ['a sentence', 'for app team'],
    ['a sentence with a user', 'user app has rights, each user, app and job too; log in with app'],
    ['YAML with a sentence', 'app: please rotate, users: app team'],
    ['a host', 'app.example.com'],
    ['a database', 'host=db dbname=app'],
    ['a schema', 'jdbc:postgresql://db/app?currentSchema=app'],
    ['an option of a database', 'psql -d app -h app'],
    ['a longer bundle', 'psql -qUapp2'],
    ['SQL', 'GRANT SELECT ON t TO app; ALTER ROLE app SET x = 1; SET ROLE app'],
    ['an image', 'ghcr.io/app/app:1.2'],
    ['a path', '/srv/user/app'],
    ['labels', 'app=app,user-type=app'],
    ['kubectl', 'kubectl -n app logs deploy/app'],
    ['a role of AWS', 'arn:aws:iam::111122223333:user/app'],
    ['an address of mail', { smtp_user: 'app@example.com', note: 'user: app@example.com' }],
    ['an entry of a directory', 'uid=app,ou=services,dc=example'],
    ['words in a list', ['user', 'app']],
    ['a list of roles in a line', 'roles: ["login", "app"]'],
    [
      'a name and a value of something else',
      [
        { name: 'app', value: 'x' },
        { name: 'OWNER', value: 'app' },
      ],
    ],
    ['a user without an option', 'psql shop app'],
    ['.netrc', 'machine db login app'],
    ['an account of MySQL', `'app'@'%'`],
    ['a section', { app: { port: 1 }, role: 'app', owner: 'app' }],
    ['another password in a URL', 'redis://app:other@cache:6379/0'],
    ['another password with spaces', 'app:a password -uapp'],
    [
      'a value of another name',
      [
        { name: 'PGUSER', my_value: 'app' },
        { name: 'PGUSER', values: 'app' },
      ],
    ],
    [
      'a name of another kind',
      [
        { my_name: 'PGUSER', value: 'app' },
        { names: 'PGUSER', value: 'app' },
        { name: null, value: 'app' },
      ],
    ],
    ['another password in Go', 'app:other@tcp(mq:3306)/x'],
    ['a certificate', `-----BEGIN CERTIFICATE-----\n${wrapped('x'.repeat(200))}\n-----END CERTIFICATE-----\n`],
    ['a number', '12'],
    ['an option of numbers', parseObject('{"in":[1.0,"app",null,"app"]}')],
    ['a value with more beside it', { name: 'PGUSER', value: 'app', kind: 'x' }],
    ['a value without a name', { value: 'app', user_name: 'x' }],
    ['what is no JSON', '["app"'],
  ])('%s', (_what, value) => {
    expect(next(value)).toEqual(value);
  });

  it.each<[string, string, string]>([
    ['a password in a URL of another host', 'postgres', 'postgres://app:postgres@staging/x'],
    ['a password in keywords of another host', 'postgres', 'host=staging user=app password=postgres'],
    ['a password by the name of the user', 'abc12', 'words app:abc12'],
    ['a longer password', 'abc12', 'password=abc123; -pabc12x; app:abc12'],
    ['a word of the same letters', 'abc12', 'the password abc12 is of another day; abc12@x'],
    ['an image', 'orders', 'ghcr.io/app/orders:1.2, app:orders'],
  ])('%s', (_what, from, value) => {
    expect(next(value, { from, to: 'app' })).toEqual(value);
  });
});
