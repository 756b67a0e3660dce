/** Each mistake gives its typed error with a hint, in time, without a value, and leaves everything as it was. */
import { createServer } from 'node:net';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { startPostgres } from '../../local/servers/postgres/server.ts';
import { droppingHost } from '../support/dropping-host.ts';
import { packaged } from '../support/packaged.ts';

const house = await packaged();
const { sandbox, server } = house;
const wrongName = await startPostgres({ tls: { names: ['elsewhere.example'] } });
const noTls = await startPostgres({ tls: false });
const dropping = await droppingHost();
const silent = createServer((socket) => socket.on('error', () => {}));
await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
const silentPort = (silent.address() as { port: number }).port;
afterAll(async () => {
  await Promise.all([house.close(), wrongName.stop(), noTls.stop(), dropping.close()]);
  silent.close();
});
beforeEach(() => sandbox.faults.clear());
const password = 'first password';

describe.each(['singleUser', 'alternatingUsers'] as const)('%s: a secret that', (kind) => {
  it.concurrent.each([
    ['names a dead port', { port: 1 }, 'UnreachableError', 'phase tcp'],
    ['names a host that drops packets', { host: dropping.host, port: dropping.port }, 'UnreachableError', 'phase tcp'],
    ['names a host that does not resolve', { host: 'no-such-host.invalid' }, 'UnreachableError', 'phase dns'],
    ['names a host that says nothing', { host: '127.0.0.1', port: silentPort }, 'UnreachableError', 'phase tls'],
    [
      'names a server with a certificate for another name',
      { port: wrongName.port },
      'UnreachableError',
      'ERR_TLS_CERT_ALTNAME_INVALID, phase tls): the certificate is for ',
    ],
    ['names a server without TLS', { port: noTls.port }, 'UnreachableError', 'TLS is off at the server, phase tls'],
    ['asks for plain text where the server wants TLS', { ssl: false }, 'UnreachableError', '"ssl": false'],
    ['names a database that is not there', { dbname: 'nowhere' }, 'InvalidSecretError', 'database nowhere'],
    ['has no host', { host: undefined }, 'InvalidSecretError', 'field host'],
    [
      'adds start-up parameters to dbname',
      { dbname: 'app\0options\0-c search_path=evil' },
      'InvalidSecretError',
      'field dbname',
    ],
    ['logs in as another user by a NUL', { username: 'victim\0user\0app' }, 'InvalidSecretError', 'field username'],
    ['names a socket of this machine', { host: '/tmp' }, 'InvalidSecretError', 'field host'],
    ['has the port in field host', { host: 'localhost:5432' }, 'InvalidSecretError', 'field host'],
    ['has no username', { username: undefined }, 'InvalidSecretError', 'field username'],
    ['has no password', { password: undefined }, 'InvalidSecretError', 'field password'],
    ['is of another engine', { engine: 'mysql' }, 'InvalidSecretError', 'field engine'],
    ['has a port of letters', { port: 'abc' }, 'InvalidSecretError', 'field port'],
  ])('%s', async (_what, fields, type, told) => {
    // A server that may be asleep is waited for; here not for longer than such a function lives.
    const arn = house.register(kind, wrongNameTrust(), 8);
    const secret = await house.secret(fields);
    const before = { labels: await house.labels(secret), value: await house.value(secret) };
    const started = performance.now();

    const { error, token } = await house.rotate(secret, arn);

    expect(error?.errorType).toBe(type);
    expect(error?.errorMessage).toContain(told);
    expect(error?.errorMessage).toContain('; hint: ');
    expect(performance.now() - started).toBeLessThan(15_000);
    const { AWSPENDING, ...labels } = await house.labels(secret);
    expect(AWSPENDING).toBe(token);
    expect(labels).toEqual(before.labels);
    expect(await house.value(secret)).toEqual(before.value);
    const messages = house.messages(secret);
    expect(messages).toHaveLength(1);
    expect(messages[0]?.body).toMatchObject({ outcome: 'failed', error: { type, hint: expect.any(String) } });
    expect(everythingSaid(arn)).not.toContain(password);
  });

  it('is mended rotates', async () => {
    const arn = house.register(kind);
    const secret = await house.secret({ port: 1 });
    await house.rotate(secret, arn);

    await house.put(secret, { ...(await house.value(secret)), port: server.superuser.port });

    expect((await house.rotate(secret, arn)).error).toBeUndefined();
  });
});

describe('a wrong password everywhere', () => {
  it('is a lock-out for a single user, and the message says that nothing works', async () => {
    const arn = house.register('singleUser');
    const secret = await house.secret({ password: 'not-the-password' });

    const { error } = await house.rotate(secret, arn);

    expect(error).toMatchObject({
      errorType: 'LockedOutError',
      errorMessage: expect.stringContaining('reset its password'),
    });
    expect(house.messages(secret)[0]?.body).toMatchObject({
      working: 'none',
      next: expect.stringContaining('put-secret-value'),
    });
    expect(everythingSaid(arn)).not.toContain('not-the-password');
  });

  it('is an AuthenticationError for alternating users, before any superuser acts', async () => {
    const arn = house.register('alternatingUsers');
    const secret = await house.secret({ password: 'not-the-password' });

    const { error } = await house.rotate(secret, arn);

    expect(error?.errorType).toBe('AuthenticationError');
    expect(house.messages(secret)[0]?.body).toMatchObject({ working: 'unknown' });
    expect(everythingSaid(arn)).not.toContain('not-the-password');
  });
});

describe('values that are no secret JSON', () => {
  it.each(['swordfish', '["swordfish"]', '"swordfish"', '{"password":"swordfish"', ''])('%j', async (text) => {
    const arn = house.register('singleUser');
    const secret = await house.rawSecret(text || ' ');

    const { error } = await house.rotate(secret, arn);

    expect(error).toMatchObject({ errorType: 'InvalidSecretError' });
    expect(everythingSaid(arn)).not.toContain('swordfish');
  });
});

describe('events that are not a rotation', () => {
  it.each([
    ['nothing', null, 'event is not an object'],
    ['a text', 'rotate', 'event is not an object'],
    ['no Step', { SecretId: 'x', ClientRequestToken: 'y' }, 'field Step'],
    ['no SecretId', { Step: 'createSecret', ClientRequestToken: 'y' }, 'field SecretId'],
    ['no token', { Step: 'createSecret', SecretId: 'x' }, 'field ClientRequestToken'],
    ['a number as token', { Step: 'createSecret', SecretId: 'x', ClientRequestToken: 7 }, 'field ClientRequestToken'],
  ])('%s', async (_what, event, told) => {
    const arn = house.register('singleUser');

    const outcome = await sandbox.functions.invoke(arn, event as never);

    expect(outcome).toMatchObject({
      ok: false,
      error: { errorType: 'InvalidEventError', errorMessage: expect.stringContaining(told) },
    });
  });

  it('a secret that does not exist', async () => {
    const arn = house.register('singleUser');

    const outcome = await sandbox.functions.invoke(arn, {
      Step: 'createSecret',
      SecretId: 'no/such',
      ClientRequestToken: 'x'.repeat(36),
    });

    expect(outcome).toMatchObject({
      ok: false,
      error: { errorType: 'InvalidSecretError', errorMessage: expect.stringContaining('no/such') },
    });
  });
});

describe('settings that are wrong', () => {
  it.each([
    ['PASSWORD_LENGTH', { PASSWORD_LENGTH: 'long' }, 'PASSWORD_LENGTH'],
    ['PASSWORD_LENGTH over the engine’s', { PASSWORD_LENGTH: '500' }, 'PASSWORD_LENGTH is over 128'],
    ['CUTOVER', { CUTOVER: 'later' }, 'CUTOVER'],
    ['CLEAR_TEXT', { CLEAR_TEXT: 'seldom' }, 'CLEAR_TEXT'],
    [
      'everything excluded',
      { EXCLUDE_NUMBERS: 'yes', EXCLUDE_PUNCTUATION: '1', EXCLUDE_UPPERCASE: 'Y', EXCLUDE_LOWERCASE: 'TRUE' },
      'every character is excluded',
    ],
  ])('%s', async (_what, env, told) => {
    const arn = house.register('singleUser', env as Record<string, string>);
    const secret = await house.secret();

    const { error } = await house.rotate(secret, arn);

    expect(error).toMatchObject({ errorType: 'ConfigurationError', errorMessage: expect.stringContaining(told) });
    expect(house.messages(secret)[0]?.body).toMatchObject({
      outcome: 'failed',
      error: { code: 'INVALID_CONFIGURATION' },
    });
    expect(await house.opens(await house.value(secret))).toBe(true);
  });

  it.each([
    ['is not there', '/no/such/file.pem'],
    ['holds no certificate', new URL('../../package.json', import.meta.url).pathname],
  ])('a DATABASE_CA_BUNDLE that %s', async (_what, path) => {
    const arn = house.register('singleUser', { DATABASE_CA_BUNDLE: path });
    const secret = await house.secret();

    const { error } = await house.rotate(secret, arn);

    expect(error).toMatchObject({ errorType: 'ConfigurationError', errorMessage: expect.stringContaining(path) });
  });

  it('a server whose issuer nobody vouches for', async () => {
    const arn = house.register('singleUser', { DATABASE_CA_BUNDLE: '' });
    const secret = await house.secret();

    const { error } = await house.rotate(secret, arn);

    expect(error).toMatchObject({
      errorType: 'UnreachableError',
      errorMessage: expect.stringContaining('DATABASE_CA_BUNDLE'),
    });
  });

  it.each([
    ['is not there', (arn: string) => `${arn}-gone`],
    ['is a name', () => 'told'],
    ['is a queue', (arn: string) => arn.replace(':sns:', ':sqs:')],
    ['is in another region', (arn: string) => arn.replace(/us-[^:]+/, 'eu-west-9')],
  ])('a topic that %s never fails a rotation, and is logged as a wrong setting', async (_, topic) => {
    const arn = house.register('singleUser', { NOTIFICATION_TOPIC_ARN: topic(house.topicArn) });
    const secret = await house.secret();

    const { error } = await house.rotate(secret, arn);

    expect(error).toBeUndefined();
    expect(everythingSaid(arn)).toContain('the notification was not published');
    expect(everythingSaid(arn)).toContain('names (');
    expect(everythingSaid(arn)).not.toContain('report this');
  });
});

it('a user that may not change its password, and a superuser that may not make users', async () => {
  await server.createUser('no_rights', 'no rights at all');
  const weak = await house.rawSecret(JSON.stringify(server.login('no_rights', 'no rights at all')));
  const arn = house.register('alternatingUsers');
  const secret = await house.secret({ masterarn: weak });

  const { error } = await house.rotate(secret, arn);

  expect(error?.errorType).toBe('PermissionError');
  expect(error?.errorMessage).toContain('no_rights');
  expect(await house.opens(await house.value(secret))).toBe(true);
});

it('a lock on the server ends in a DeadlineError before the time limit, and the notification still goes out', async () => {
  const arn = house.register('singleUser', {}, 4);
  const secret = await house.secret();
  const { username } = await house.value(secret);
  await server.sql('BEGIN');
  await server.sql('SELECT pg_advisory_lock(hashtext($1))', [`rekey ${username}`]);

  const { error } = await house.rotate(secret, arn);
  await server.sql('SELECT pg_advisory_unlock_all()');
  await server.sql('COMMIT');

  expect(error).toMatchObject({ errorType: 'DeadlineError' });
  expect(house.messages(secret)[0]?.body).toMatchObject({ outcome: 'failed', error: { code: 'DEADLINE_EXCEEDED' } });
  expect(await house.opens(await house.value(secret))).toBe(true);
});

it('a Secrets Manager that never answers ends in an error before the time limit', async () => {
  const arn = house.register('singleUser', {}, 5);
  const secret = await house.secret();
  sandbox.faults.add({ operation: 'GetSecretValue', caller: arn.split(':').at(-1) ?? '', action: 'hang', times: 20 });

  const { error } = await house.rotate(secret, arn);

  expect(error?.errorType).toMatch(/DeadlineError|UnreachableError/);
  expect(error?.errorMessage).toContain('; hint: ');
});

function everythingSaid(arn: string): string {
  const name = arn.split(':').at(-1) ?? '';
  return JSON.stringify([sandbox.functions.logs(name), sandbox.functions.invocations(name), sandbox.sns.messages]);
}

/** The other servers of this file have authorities of their own; this bundle trusts them all. */
function wrongNameTrust(): Record<string, string> {
  return { DATABASE_CA_BUNDLE: bundle };
}
const { mkdtempSync, readFileSync, writeFileSync } = await import('node:fs');
const { tmpdir } = await import('node:os');
const { join } = await import('node:path');
const bundle = join(mkdtempSync(join(tmpdir(), 'rekey-bundle-')), 'all.pem');
writeFileSync(bundle, [server.caFile, wrongName.caFile].map((file) => readFileSync(file, 'utf8')).join('\n'));
