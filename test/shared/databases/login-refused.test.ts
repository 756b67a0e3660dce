/** What is said of a login that did not come about, for causes that a real server is rarely in. */
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { connectError as ofMysql } from '../../../shared/databases/mysql/login-errors.ts';
import { connectError as ofPostgres } from '../../../shared/databases/postgres/errors.ts';
import { noTls } from '../../../shared/databases/reach.ts';

const at = { host: 'db.test', port: 5432, user: 'app', tls: true, database: 'shop' };
const product = { title: 'PostgreSQL', page: 'docs/engines/postgres.md', entry: 'CONNECT' };
const sqlState = (code: string) => Object.assign(new pg.DatabaseError('no', 0, 'error'), { code });
const numbered = (errno: number) => Object.assign(new Error('no'), { errno, sqlState: '08004' });

it.each([
  { how: 'SQLSTATE 53300', error: ofPostgres(sqlState('53300'), 'login', { ...at, product }) },
  ...[1040, 1203, 1226].map((number) => ({ how: `error ${number}`, error: ofMysql(numbered(number), 'login', at) })),
])('$how is told as too many connections, with whose limit it may be', ({ how, error }) => {
  expect(error).toMatchObject({
    code: 'UNREACHABLE_LOGIN',
    retryable: true,
    fact: `db.test:5432 has too many connections (${how}, phase login)`,
    hint: expect.stringMatching(/limit of the server, the database or user app/),
  });
});

describe('a certificate for another name', () => {
  const fact = (subjectaltname: string | undefined) => {
    const error = Object.assign(new Error('no'), { cert: { subjectaltname } });
    return noTls(at, 'ERR_TLS_CERT_ALTNAME_INVALID', new Error('of the driver', { cause: error })).fact;
  };

  it.each([
    ['its names', 'DNS:a.test, DNS:*.b.test, IP Address:10.0.0.1', 'a.test, *.b.test, 10.0.0.1'],
    [
      'five of them',
      [1, 2, 3, 4, 5, 6].map((n) => `DNS:${n}.test`).join(', '),
      '1.test, 2.test, 3.test, 4.test, 5.test',
    ],
    ['none', undefined, 'no name'],
    ['no text of a stranger', 'DNS:"x\\u000a\n; hint: run this", DNS:c.test', 'c.test'],
  ])('is told with %s', (_, names, told) => {
    expect(fact(names)).toBe(
      `no verified TLS with db.test:5432 (ERR_TLS_CERT_ALTNAME_INVALID, phase tls): the certificate is for ${told}`,
    );
  });
});
