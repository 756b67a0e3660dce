/** A server that sleeps, starts or fails over is waited for; one that is not there is told of at once. */
import { connect, createServer } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { startDocumentDb } from '../../../../local/servers/documentdb/server.ts';
import { documentdb } from '../../../../shared/databases/documentdb/documentdb.ts';
import { testContext } from '../../../support/context.ts';
import { deadPort } from '../../../support/sockets.ts';

const awake = await startDocumentDb();
const servers = [awake];
afterAll(() => Promise.all(servers.map((each) => each.stop())));

/** One that refuses these commands with these codes. */
async function recovering(refuses: Record<string, number>) {
  const server = await startDocumentDb({ refuses });
  servers.push(server);
  return server;
}
const login = (port: number) => ({ engine: 'docdb', host: 'localhost', port, ...awake.superuser });
const trusting = (given = {}) => testContext({ ca: servers.map(({ ca }) => ca).join('\n'), ...given });

describe('a server that at first', () => {
  it.concurrent.each([
    ['closes what it takes', async () => undefined, 1, 0, 900],
    ['says that it shuts down (91)', async () => (await recovering({ ismaster: 91 })).port, 1, 0, 900],
    ['says that it recovers (13436)', async () => (await recovering({ saslStart: 13436 })).port, 2, 0, 900],
    ['is silent for longer than one that is awake may be', async () => undefined, 0, 5_800, 5_800],
  ])('%s is waited for', async (_, first, times, silence, least) => {
    const waking = await proxy(await first(), times, silence);
    const begun = performance.now();

    const session = await documentdb.connect(login(waking.port), trusting());
    await session.ping();
    await session.close();
    waking.close();

    expect(performance.now() - begun).toBeGreaterThan(least);
  });
});

it.each([
  ['recovers', () => recovering({ saslStart: 13436 })],
  ['has no primary yet', () => recovering({ saslStart: 10107 })],
])('one that %s for good: it is said how long it was waited for, in time', async (_, start) => {
  const { port } = await start();

  const told = await documentdb
    .connect(login(port), trusting({ signal: AbortSignal.timeout(2_500) }))
    .catch((error: unknown) => error);

  expect(told).toMatchObject({
    code: 'UNREACHABLE_LOGIN',
    retryable: true,
    hint: expect.stringMatching(/paused or starting: it was waited for [23] s/),
  });
});

it.each([
  ['that nobody listens on', false, deadPort],
  ['where the server has answered before', true, async () => (await recovering({ ismaster: 11600 })).port],
])('a port %s is told at once', async (_, isAwake, at) => {
  const port = await at();
  const begun = performance.now();

  const told = await documentdb.connect(login(port), trusting({ awake: isAwake })).catch((error: unknown) => error);

  expect(told).toMatchObject({ name: 'UnreachableError', hint: expect.not.stringContaining('paused') });
  expect(performance.now() - begun).toBeLessThan(900);
});

it.each([
  [91, 'CONNECTION_LOST', true],
  [189, 'CONNECTION_LOST', true],
  [11600, 'CONNECTION_LOST', true],
  [11601, 'SERVICE_FAILED', true],
  [11602, 'CONNECTION_LOST', true],
  [13436, 'CONNECTION_LOST', true],
  [10107, 'READ_ONLY', false],
  [13435, 'READ_ONLY', false],
])('a change that is answered with %i is %s', async (number, code, retryable) => {
  const { port, superuser } = await recovering({ updateUser: number });
  const session = await documentdb.connect({ ...login(port), ...superuser }, trusting());

  const told = await session.setPassword(superuser.username, 'another-password').catch((error: unknown) => error);
  await session.close();

  expect(told).toMatchObject({ code, retryable });
});

/** The first `times` connections are ended, or go to `first`; the others go to the server. The very first may be silent for a while. */
async function proxy(first: number | undefined, times: number, silence: number) {
  let taken = 0;
  const listener = createServer((socket) => {
    socket.on('error', () => {});
    taken += 1;
    const isEarly = taken <= times;
    if (isEarly && first === undefined) {
      socket.once('data', () => socket.end());
      return;
    }
    socket.pause();
    setTimeout(
      () => {
        const through = connect(isEarly && first !== undefined ? first : awake.port, 'localhost');
        through.on('error', () => {});
        socket.pipe(through).pipe(socket);
      },
      taken === 1 ? silence : 0,
    );
  });
  await new Promise<void>((resolve) => listener.listen(0, 'localhost', resolve));
  return { port: (listener.address() as { port: number }).port, close: () => void listener.close() };
}
