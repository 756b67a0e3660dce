import { describe, expect, it } from 'vitest';
import { databaseOf, databaseSecretSchema, portOf, wantsTls } from '../../../shared/databases/secret.ts';

const schema = databaseSecretSchema({ accepts: ['postgres'] });
const good = { engine: 'postgres', host: 'db', username: 'app', password: 'sw0rdfish' };
const parse = (fields: object) => schema.parse(JSON.stringify({ ...good, ...fields }), 'AWSCURRENT of x');

describe('the JSON of a database secret', () => {
  it.each([
    ['a number', 5433, 5433],
    ['text', '5433', 5433],
    ['text with spaces', ' 5433 ', 5433],
    ['absent', undefined, 5432],
    ['null', null, 5432],
    ['empty', '', 5432],
  ])('takes a port that is %s', (_what, port, expected) => {
    expect(portOf(parse({ port }), 5432)).toBe(expected);
  });

  it.each([
    ['port', { port: 'abc' }],
    ['port', { port: 0 }],
    ['port', { port: 70000 }],
    ['port', { port: 1.5 }],
    ['host', { host: '' }],
    ['username', { username: 7 }],
    ['password', { password: null }],
    ['dbname', { dbname: {} }],
    ['engine', { engine: 'mysql' }],
    // Drivers write these into their protocols: a NUL ends the name, and what follows is read as the next parameter of the login.
    ['dbname', { dbname: 'app\0options\0-c search_path=evil' }],
    ['username', { username: 'victim\0user\0app' }],
    ['username', { username: 'app\n' }],
    ['username', { username: 'app\u0085' }],
    ['masterarn', { masterarn: 'arn\r\nx' }],
    ['authSource', { authSource: 'admin\0' }],
    ['host', { host: 'db\0' }],
    ['host', { host: 'db.example\n' }],
    ['host', { host: ' db.example' }],
    ['host', { host: 'db.example:5432' }],
    ['host', { host: 'postgresql://db.example' }],
    ['host', { host: 'app@db.example' }],
    ['host', { host: 'one,two' }],
    ['host', { host: '[::1]' }],
    ['host', { host: '/tmp' }],
    ['host', { host: '/var/run/postgresql' }],
    ['host', { host: 'x'.repeat(64) }],
  ])('names field %s when it is wrong, and shows no value', (field, wrong) => {
    const attempt = () => parse(wrong);

    expect(attempt).toThrow(
      expect.objectContaining({ code: 'INVALID_SECRET', fact: expect.stringContaining(`field ${field} `) }),
    );
    expect(attempt).not.toThrow(/sw0rdfish|abc|70000|mysql/);
  });

  it.each([
    'db',
    'db.example.',
    'DB-1.eu-west-1.rds.amazonaws.com',
    'my_db',
    '10.0.0.7',
    '::1',
    'fe80::1%eth0',
    'bücher.example',
  ])('takes %s as a host', (host) => {
    expect(parse({ host }).host).toBe(host);
  });

  it('asks for masterarn only where a superuser is needed', () => {
    const strict = databaseSecretSchema({ accepts: ['postgres'], needsSuperuser: true });

    expect(() => strict.parse(JSON.stringify(good), 'x')).toThrow(/field masterarn of x is missing/);
    expect(parse({})).toEqual(good);
  });

  it.each([
    [undefined, true],
    [true, true],
    ['true', true],
    ['maybe', true],
    [null, true],
    [0, true],
    [false, false],
    ['False', false],
  ])('ssl %j means TLS: %s', (ssl, tls) => {
    expect(wantsTls(parse({ ssl }))).toBe(tls);
  });

  it('counts the password and every long text that nobody knows as confidential, not where and who', () => {
    const value = parse({
      note: 'public',
      token: 'a-very-long-token',
      nested: { key: 'another long key' },
      dbHost: 'db',
    });

    expect(schema.confidential(value)).toEqual(['sw0rdfish', 'a-very-long-token', 'another long key']);
  });

  it('has the standard database when none is named', () => {
    expect([databaseOf(parse({}), 'postgres'), databaseOf(parse({ dbname: 'shop' }), 'postgres')]).toEqual([
      'postgres',
      'shop',
    ]);
  });
});
