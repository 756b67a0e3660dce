import { describe, expect, it } from 'vitest';
import { databaseSecretSchema } from '../../../shared/databases/secret.ts';

const schema = databaseSecretSchema({ accepts: ['postgres'] });
const good = { engine: 'postgres', host: 'db', username: 'app', password: 'sw0rdfish' };
const parse = (fields: object) => schema.parse(JSON.stringify({ ...good, ...fields }), 'AWSCURRENT of x');

describe('the JSON of a database secret', () => {
  it.each([
    ['a number', 5433, 5433],
    ['text', '5433', 5433],
    ['text with spaces', ' 5433 ', 5433],
    ['the greatest', 65535, 65535],
    ['the greatest as text', '65535', 65535],
    ['absent', undefined, undefined],
    ['null', null, undefined],
    ['empty', '', undefined],
  ])('takes a port that is %s', (_what, port, expected) => {
    expect(parse({ port }).port).toBe(expected);
  });

  it.each(['5432.0', '5432.000'])('takes the port %s as it stands in JSON, as Python writes numbers', (port) => {
    const text = JSON.stringify({ ...good, port: 7 }).replace('7', port);

    const value = schema.parse(text, 'x');

    expect(value.port).toBe(5432);
    expect(schema.format?.(value)).toBe(text);
  });

  it.each([
    ['a byte order mark', `\uFEFF${JSON.stringify(good)}`, 'it begins with a byte order mark'],
    ['a comma too many', JSON.stringify(good).replace('}', ',}'), 'it has a comma before a closing bracket'],
    ['single quotes', JSON.stringify(good).replaceAll('"', "'"), 'it has single quotes where JSON has double ones'],
    [
      'a byte order mark and a comma too many',
      `\uFEFF${JSON.stringify(good).replace('}', ', }')}`,
      'it begins with a byte order mark, and it has a comma before a closing bracket',
    ],
    [
      'all of these',
      `\uFEFF${JSON.stringify(good).replace('}', ',}').replaceAll('"', "'")}`,
      'it begins with a byte order mark, and it has a comma before a closing bracket, and it has single quotes where JSON has double ones',
    ],
    ['a text in JSON', JSON.stringify(JSON.stringify(good)), 'it is JSON inside a JSON string'],
  ])('says what is there instead of JSON: %s', (_what, text, told) => {
    const attempt = () => schema.parse(text, 'AWSCURRENT of x');

    expect(attempt).toThrow(expect.objectContaining({ fact: `AWSCURRENT of x is not a JSON object: ${told}` }));
    expect(attempt).not.toThrow(/sw0rdfish/);
  });

  it.each(['', '[]', '"text"', '5', 'null', 'sw0rdfish', '"{"', '{"password":"sw0rdfish"'])(
    'takes %j for no JSON object',
    (text) => {
      expect(() => schema.parse(text, 'x')).toThrow(expect.objectContaining({ fact: 'x is not a JSON object' }));
    },
  );

  it.each([
    ['port', { port: 'abc' }],
    ['port', { port: 0 }],
    ['port', { port: 70000 }],
    ['port', { port: 1.5 }],
    ['port', { port: 65536 }],
    ['port', { port: '65536' }],
    ['port', { port: true }],
    ['port', { port: [5432] }],
    ['port', { port: '5432 5433' }],
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
    ['host', { host: 'jdbc:postgresql://db.example/shop' }],
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

  it.each(['db', 'DB-1.eu-west-1.rds.amazonaws.com', 'my_db', '10.0.0.7', '::1', 'fe80::1%eth0', 'bücher.example'])(
    'takes %s as a host',
    (host) => {
      expect(parse({ host }).host).toBe(host);
    },
  );

  it('keeps the dot at the end of a host, which a resolver looks at, also in what is stored', () => {
    const value = parse({ host: 'db.example.' });

    expect(value.host).toBe('db.example.');
    expect(JSON.parse(schema.format?.(value) ?? '')).toMatchObject({ host: 'db.example.' });
  });

  it('calls a byte order mark the mistake only where JSON follows it', () => {
    const attempt = () => schema.parse('\uFEFFsw0rdfish', 'x');

    expect(attempt).toThrow(expect.objectContaining({ fact: 'x is not a JSON object' }));
  });

  it.each([
    ['engine', 'postgres\n', 'a line break'],
    ['username', 'app\n', 'a line break'],
    ['username', 'app\u00A0', 'a no-break space'],
    ['host', 'db\u200B', 'a zero-width character'],
    ['dbname', '"shop"', 'quotes'],
    ['masterarn', '\uFEFFarn', 'a byte order mark'],
  ])('says what stands unseen at an end of field %s', (field, wrong, kind) => {
    const fact = `field ${field} of AWSCURRENT of x begins or ends in ${kind}`;

    expect(() => parse({ [field]: wrong })).toThrow(
      expect.objectContaining({ code: 'INVALID_SECRET', fact, hint: expect.stringContaining('printf, not echo') }),
    );
  });

  it('asks for masterarn only where a superuser is needed', () => {
    const strict = databaseSecretSchema({ accepts: ['postgres'], needsSuperuser: true });

    expect(() => strict.parse(JSON.stringify(good), 'x')).toThrow(/field masterarn of x is missing/);
    expect(parse({})).toEqual({ ...good, original: good });
  });

  it.each([
    [undefined, undefined],
    [true, undefined],
    ['true', undefined],
    ['maybe', undefined],
    [null, undefined],
    [0, undefined],
    [[false], undefined],
    [['FALSE'], undefined],
    [{}, undefined],
    [{ toString: 1 }, undefined],
    [false, false],
    ['False', false],
  ])('ssl %j is plain text only when it says false: %s', (ssl, tls) => {
    expect(parse({ ssl }).tls).toBe(tls);
  });

  it.each(['1.0', '12345678901234567890'])('takes the number %s in any field that it does not look into', (number) => {
    const text = JSON.stringify({ ...good, ssl: 7, dbInstanceIdentifier: 8 }).replace(/[78]/g, number);

    const value = schema.parse(text, 'x');

    expect(value.tls).toBeUndefined();
    expect(schema.confidential(value)).toEqual(['sw0rdfish']);
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

  it.each(['dbname', 'authSource', 'masterarn'])('takes an empty %s for an absent one', (field) => {
    const seen = [undefined, null, '', 'shop'].map((text) => Object.entries(parse({ [field]: text })));

    expect(seen.map((fields) => fields.filter(([name]) => name === field))).toEqual([[], [], [], [[field, 'shop']]]);
  });

  it('is written back with another user and password, and otherwise as it was', () => {
    const text =
      '{"port":"5433","engine":"postgres","ssl":"TRUE","host":"db","big":12345678901234567890,"username":"app","password":"old","dbname":""}';
    const value = schema.parse(text, 'AWSCURRENT of x');

    expect(schema.format?.({ ...value, username: 'app_clone', password: 'new' })).toBe(
      text.replace('"app"', '"app_clone"').replace('"old"', '"new"'),
    );
  });
});
