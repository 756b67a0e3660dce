/** Whoever closes a connection in the middle of the TLS handshake has not said that TLS is off. */
import { createServer, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { documentdb } from '../../../shared/databases/documentdb/documentdb.ts';
import { mysql } from '../../../shared/databases/mysql/mysql.ts';
import { postgres } from '../../../shared/databases/postgres/postgres.ts';
import { noTls } from '../../../shared/databases/reach.ts';
import { testContext } from '../../support/context.ts';

/** As MySQL 8.4 sends it, to whoever may ask for TLS: protocol 10, a number, a scramble in two parts, what it can, the plugin. */
const greeting = Buffer.concat([
  Buffer.from([73, 0, 0, 0, 10]),
  Buffer.from('8.4.0\0'),
  Buffer.from([1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0xff, 0xff, 255, 2, 0, 0x0f, 0, 21]),
  Buffer.alloc(10),
  Buffer.from([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0]),
  Buffer.from('mysql_native_password\0'),
]);

const ends = {
  reset: (socket: Socket) => socket.resetAndDestroy(),
  closed: (socket: Socket) => socket.destroy(),
};

it.each([
  ['postgres', 'reset', postgres, [Buffer.from('S')]],
  ['postgres', 'closed', postgres, [Buffer.from('S')]],
  ['mysql', 'reset', mysql, [greeting]],
  ['mysql', 'closed', mysql, [greeting]],
  ['documentdb', 'reset', documentdb, []],
  ['documentdb', 'closed', documentdb, []],
] as const)('%s: one that is %s in the handshake is told as that', async (name, end, engine, answers) => {
  const server = await endingAfter([...answers], ends[end], name === 'mysql');
  const login = { engine: name, host: '127.0.0.1', port: server.port, username: 'app', password: 'its password' };

  const told = await engine
    .connect(login, testContext({ awake: true }))
    .catch((error: { code: string; fact: string; hint: string }) => error);
  server.close();

  expect(told).toMatchObject({
    code: 'UNREACHABLE_TLS',
    fact: expect.stringMatching(/^127\.0\.0\.1:\d+ closed the connection during the TLS handshake \(.*phase tls\)$/),
    hint: expect.stringMatching(/proxy, firewall or load balancer.*safe to repeat/),
  });
  expect(JSON.stringify(told)).not.toMatch(/switch TLS|ssl|plain text/i);
});

it.each([
  ['TLS is off at the server', /^switch TLS on at the server/],
  ['ERR_SSL_WRONG_VERSION_NUMBER', /^switch TLS on at the server/],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', /^see the log of the server: it and the function agree on no TLS/],
  ['CERT_NOT_YET_VALID', /^see the log of the server: it and the function agree on no TLS/],
])('only a server that answered in something else is told to switch TLS on: %s', (how, hint) => {
  expect(noTls({ host: 'db.test', port: 5432 }, how, undefined).hint).toMatch(hint);
});

/** Answers what it is sent, one by one, and ends the connection at what comes after. */
async function endingAfter(answers: Buffer[], end: (socket: Socket) => void, speaksFirst: boolean) {
  const server = createServer((socket) => {
    const left = [...answers];
    const answer = () => {
      const next = left.shift();
      if (next === undefined) end(socket);
      else socket.write(next);
    };
    if (speaksFirst) answer();
    socket.on('data', answer).on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as { port: number }).port, close: () => server.close() };
}
