import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { queryError } from '../../../../shared/databases/mysql/errors.ts';
import { connectError } from '../../../../shared/databases/mysql/login-errors.ts';

const at = { host: 'db.test', port: 3306, user: 'app', database: undefined, tls: true };
const raw = (errno: number, message: string, sql: string) =>
  Object.assign(new Error(message), { errno, sqlState: 'HY000', code: 'ER_SOMETHING', sql });

it.each([
  ['an invalid character', 1300, "ALTER USER 'app'@'%' IDENTIFIED BY 'swordfish'"],
  ['a hash of the wrong form', 1827, "ALTER USER 'app'@'%' IDENTIFIED WITH mysql_native_password AS '*swordfish'"],
  ['a failed operation', 1396, "CREATE USER 'app'@'%' IDENTIFIED VIA ed25519 USING 'swordfish'"],
  ['a statement that cannot be read', 1064, "set password = 'swordfish'"],
  ['a weak password', 1819, "ALTER USER USER() IDENTIFIED BY 'swordfish'"],
  ['a password that was used before', 3638, "ALTER USER USER() IDENTIFIED BY 'swordfish'"],
])('shows nothing of a statement with a password when the server repeats it: %s', (_what, errno, statement) => {
  const error = queryError(raw(errno, `Invalid string near 'swordfish'`, statement), at, statement);

  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('swordfish');
  expect(error.message).toContain(String(errno));
});

it('repeats what the server says of a right that lacks, also for a statement with a password', () => {
  const statement = "ALTER USER USER() IDENTIFIED BY 'swordfish' RETAIN CURRENT PASSWORD";

  const error = queryError(raw(1227, 'you need the APPLICATION_PASSWORD_ADMIN privilege', statement), at, statement);

  expect(error).toMatchObject({
    code: 'PERMISSION_DENIED',
    fact: expect.stringContaining('APPLICATION_PASSWORD_ADMIN'),
  });
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('swordfish');
});

it('repeats what the server says of a statement without a password', () => {
  const error = queryError(
    raw(1146, "Table 'shared.gone' doesn't exist", 'GRANT …'),
    at,
    'GRANT SELECT ON `shared`.`gone`',
  );

  expect(error.message).toContain('shared.gone');
});

it('a lock that was waited for in vain is told as one', () => {
  const error = queryError(raw(1205, 'Lock wait timeout exceeded', 'DROP USER app'), at, 'DROP USER app');

  expect(error).toMatchObject({ code: 'LOCK_TIMEOUT', retryable: true });
});

it.each([1927, 3169])('a session that was ended by the server is told so: %d', (errno) => {
  const error = queryError(raw(errno, 'Connection was killed', 'SELECT 1'), at, 'SELECT 1');

  expect(error).toMatchObject({
    code: 'CONNECTION_LOST',
    fact: `the session of app at db.test:3306 was ended by the server (error ${errno})`,
    hint: expect.stringContaining('KILL'),
  });
});

it('a database that is not there is refused as one that may not be used, and the hint says so', () => {
  const error = connectError(raw(1044, 'Access denied', ''), 'login', { ...at, database: 'nowhere' });

  expect(error).toMatchObject({
    code: 'PERMISSION_DENIED',
    tookPassword: true,
    hint: expect.stringContaining('see that it is there'),
  });
});

it.each([
  [1040, undefined],
  [1203, true],
  [1226, true],
])('too many connections (%d): the password was taken: %s', (errno, tookPassword) => {
  const error = connectError(raw(errno, 'too many', ''), 'login', at);

  expect([error.code, error.tookPassword]).toEqual(['UNREACHABLE_LOGIN', tookPassword]);
});
