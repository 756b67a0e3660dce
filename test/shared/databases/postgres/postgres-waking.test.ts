/** A server that sleeps or starts is waited for; one that is not there is told of at once. */
import { connect, createServer } from 'node:net';
import pg from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { startPostgres } from '../../../../local/servers/postgres/server.ts';
import { postgres } from '../../../../shared/databases/postgres/postgres.ts';
import { testContext } from '../../../support/context.ts';
import { deadPort, silentServer } from '../../../support/sockets.ts';
import { message } from '../../../support/strange-postgres.ts';

const server = await startPostgres({ hba: 'host all postgres,app 127.0.0.1/32 scram-sha-256\n' });
const admin = new pg.Client({
  host: '127.0.0.1',
  port: server.port,
  user: 'postgres',
  password: server.superuser.password,
});
await admin.connect();
await admin.query("CREATE ROLE app LOGIN PASSWORD 'its password'");
await admin.end();
afterAll(() => server.stop());

const ctx = testContext();
const login = (port: number) =>
  ({ engine: 'postgres', host: '127.0.0.1', port, username: 'app', password: 'its password', tls: false }) as const;
const refusal = (code: string, routine: string) => {
  const fields = `SFATAL\0VFATAL\0C${code}\0Mnot now\0R${routine}\0\0`;
  return message('E', Buffer.from(fields));
};

describe('a server that at first', () => {
  it.concurrent.each([
    ['closes what it takes', () => Buffer.alloc(0), 900],
    ['says that it starts (57P03)', () => refusal('57P03', 'ProcessStartupPacket'), 900],
    ['admits nobody yet (28000)', () => refusal('28000', 'ClientAuthentication'), 900],
    ['has too many connections (53300)', () => refusal('53300', 'InitProcess'), 200],
    ['is silent for longer than one that is awake may be', () => undefined, 5_800],
  ])('%s is waited for', async (_, first, least) => {
    const waking = await proxy(first, 5_800);
    const begun = performance.now();

    const session = await postgres.connect(login(waking.port), ctx);
    await session.ping();
    await session.close();
    waking.close();

    expect(performance.now() - begun).toBeGreaterThan(least);
  });
});

it.each([
  ['closes what it takes', () => Buffer.alloc(0), 'UNREACHABLE_LOGIN'],
  ['says that it starts', () => refusal('57P03', 'ProcessStartupPacket'), 'UNREACHABLE_LOGIN'],
])('one that %s for good: it is said how long it was waited for, in time', async (_, answer, code) => {
  const asleep = await proxy(answer, 0, Number.POSITIVE_INFINITY);

  const told = await postgres
    .connect(login(asleep.port), testContext({ signal: AbortSignal.timeout(2_500) }))
    .catch((error: unknown) => error);
  asleep.close();

  expect(told).toMatchObject({ code, hint: expect.stringMatching(/paused or starting: it was waited for [23] s/) });
});

it.each([
  ['in plain text', { tls: false }, /app2 to database postgres from .*; if its lines are hostssl .*"ssl": false/],
  [
    'with TLS',
    {},
    /^give pg_hba.conf a line that admits user app2 to database postgres from the function's addresses$/,
  ],
] as const)('a line that pg_hba.conf lacks is told soon, and first: %s', async (_, tls, hint) => {
  const stranger = { engine: 'postgres', host: server.host, port: server.port, username: 'app2', password: 'any' };
  const begun = performance.now();

  const told = await postgres
    .connect({ ...stranger, ...tls }, testContext({ ca: server.ca }))
    .catch((error: unknown) => error);

  const milliseconds = performance.now() - begun;
  expect(told).toMatchObject({ code: 'UNREACHABLE_TLS', retryable: true, hint: expect.stringMatching(hint) });
  expect(told).toMatchObject({ hint: expect.stringMatching(/^give pg_hba.conf a line that/) });
  expect(told).toMatchObject({ hint: expect.not.stringContaining('paused') });
  expect(milliseconds).toBeGreaterThan(3_900);
  expect(milliseconds).toBeLessThan(12_000);
});

it('one that has too many connections for good is told soon, with how long it was waited for', async () => {
  const full = await proxy(() => refusal('53300', 'InitProcess'), 0, Number.POSITIVE_INFINITY);

  const told = await postgres.connect(login(full.port), ctx).catch((error: unknown) => error);
  full.close();

  expect(told).toMatchObject({
    code: 'UNREACHABLE_LOGIN',
    fact: expect.stringContaining('too many connections'),
    hint: expect.stringMatching(/no place came free: it was waited for [345] s/),
  });
});

it('silence is told when time is up, with how long it was waited for', async () => {
  const silent = await silentServer();

  const told = await postgres
    .connect(login(silent.port), testContext({ signal: AbortSignal.timeout(1_500) }))
    .catch((error: unknown) => error);
  silent.close();

  expect(told).toMatchObject({ code: 'UNREACHABLE_LOGIN', hint: expect.stringMatching(/waited for [12] s/) });
});

it.each([
  ['that nobody listens on', undefined, false],
  ['that closes what it takes, where the server has answered before', () => Buffer.alloc(0), true],
  ['that is full, where the server has answered before', () => refusal('53300', 'InitProcess'), true],
])('a port %s is told at once', async (_, answer, awake) => {
  const closing = answer && (await proxy(answer, 0, Number.POSITIVE_INFINITY));
  const begun = performance.now();

  const told = await postgres
    .connect(login(closing?.port ?? (await deadPort())), { ...ctx, awake })
    .catch((error: unknown) => error);
  closing?.close();

  expect(told).toMatchObject({ name: 'UnreachableError', hint: expect.not.stringContaining('waited for') });
  expect(performance.now() - begun).toBeLessThan(900);
});

/** Gives the first `times` connections an answer and its end, or, where there is none, says nothing for a while; then it is the server. */
async function proxy(first: () => Buffer | undefined, silence: number, times = 1) {
  let taken = 0;
  const listener = createServer((socket) => {
    socket.on('error', () => {});
    taken += 1;
    const answer = first();
    if (taken <= times && answer !== undefined) {
      socket.once('data', () => socket.end(answer));
      return;
    }
    socket.pause();
    setTimeout(
      () => {
        const through = connect(server.port, '127.0.0.1');
        through.on('error', () => {});
        socket.pipe(through).pipe(socket);
      },
      answer === undefined ? silence : 0,
    );
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return { port: (listener.address() as { port: number }).port, close: () => void listener.close() };
}
