/** A server, or somebody on the way, that says what the driver cannot read: a typed error, in time, and the process lives. */
import { describe, expect, it } from 'vitest';
import { postgres } from '../../../../shared/databases/postgres/postgres.ts';
import { int32, message, serverThatSays, WELCOME } from '../../../support/strange-postgres.ts';

const sasl = (...mechanisms: string[]) =>
  message('R', Buffer.concat([int32(10), Buffer.from(`${mechanisms.join('\0')}\0\0`)]));

describe.each([
  ['plain TCP', true],
  ['TLS', false],
])('over %s', (_, plain) => {
  it.concurrent.each([
    ['asks for GSS', message('R', int32(7)), 'LOGIN_UNSUPPORTED', 'authentication method 7'],
    ['asks for SSPI', message('R', int32(9)), 'LOGIN_UNSUPPORTED', 'authentication method 9'],
    ['asks for the sha256 of Redshift', message('R', int32(13)), 'LOGIN_UNSUPPORTED', 'authentication method 13'],
    ['offers no SCRAM that the driver knows', sasl('SCRAM-SHA-512'), 'LOGIN_UNSUPPORTED', 'SCRAM-SHA-512'],
    ['sends a message of length 0', Buffer.from([0x52, 0, 0, 0, 0]), 'UNREACHABLE_LOGIN', 'phase login'],
    ['sends a negative length', Buffer.from([0x52, 255, 255, 255, 255]), 'UNREACHABLE_LOGIN', 'phase login'],
    ['describes rows of no query', message('T', Buffer.from([0, 9])), 'UNREACHABLE_LOGIN', 'phase login'],
    ['says what the driver does not know', message('?', Buffer.from('x')), 'UNREACHABLE_LOGIN', 'phase login'],
    ['speaks HTTP', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), 'UNREACHABLE_LOGIN', 'phase login'],
    ['says much before the login', message('N', Buffer.alloc(2 * 1024 * 1024, 65)), 'UNREACHABLE_LOGIN', 'phase login'],
  ])('a server that %s', async (_what, answer, code, told) => {
    const strange = await serverThatSays([answer], { plain });

    const refused = await postgres
      .connect(strange.login, { ...strange.context, awake: true })
      .catch((error: unknown) => error);
    await strange.close();

    expect(refused).toMatchObject({ code, fact: expect.stringContaining(told) });
  });

  it.concurrent.each([
    ['a message that the driver does not know', message('?', Buffer.from('x'))],
    ['a message of length 0', Buffer.from([0x44, 0, 0, 0, 0])],
    ['a row with more columns than bytes', message('D', Buffer.from([127, 255]))],
  ])('a server that answers a statement with %s', async (_what, answer) => {
    const strange = await serverThatSays([WELCOME, answer], { plain });
    const session = await postgres.connect(strange.login, { ...strange.context, signal: AbortSignal.timeout(3_000) });

    const lost = await session.ping().catch((error: unknown) => error);
    await session.close();
    await strange.close();

    expect(lost).toMatchObject({ code: expect.stringMatching(/^(CONNECTION_LOST|DEADLINE_EXCEEDED)$/) });
  });
});
