/** A way to a server on which something happens: a TCP proxy that forwards until it is told otherwise. */
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSecureContext, TLSSocket } from 'node:tls';
import { createAuthority } from '../../local/certificates.ts';
import { listen } from '../../local/loopback.ts';

export type Trouble =
  /** Nothing is forwarded any more, and nobody is told. */
  | 'dropped'
  /** The server gets everything, and its answers are lost. */
  | 'half-open'
  /** Every connection is reset; the next one is good. */
  | 'reset'
  /** Every connection is reset, and so are new ones for a second and a half. */
  | 'restarted'
  /** Every piece is a second late, in both directions. */
  | 'slow'
  /** Connections are taken, and nothing is forwarded for 15 s. */
  | 'waking'
  /** Somebody else answers, with a certificate that nobody vouches for. PostgreSQL only. */
  | 'another certificate';

export type Way = Awaited<ReturnType<typeof startProxy>>;

const RESTART_MS = 1_500;
const LATE_MS = 1_000;
const WAKE_MS = 15_000;

export async function startProxy(target: number) {
  const open = new Set<Socket>();
  let trouble: Trouble | undefined;
  let after = 0;
  let began: (() => void) | undefined;
  let seen = 0;
  let since = 0;
  let leader = target;

  const isOn = (...these: Trouble[]) => since > 0 && trouble !== undefined && these.includes(trouble);
  const isYoung = (ms: number) => performance.now() - since < ms;
  const resetAll = () => {
    // A socket that has said its end cannot be reset as well: Node would wait for it at its own end, for ever.
    for (const socket of open) if (!socket.writableEnded) socket.resetAndDestroy();
    endAll();
  };
  const endAll = () => {
    for (const socket of open) socket.destroy();
  };
  /** Connections and pieces that come from the client, counted; the trouble begins with one of them. */
  const count = () => {
    seen += 1;
    if (seen <= after || since > 0 || (trouble === undefined && began === undefined)) return;
    since = performance.now();
    began?.();
    if (isOn('reset', 'restarted')) resetAll();
  };
  const watched = (socket: Socket) => {
    open.add(socket.on('error', () => {}));
    socket.on('close', () => open.delete(socket));
    return socket;
  };

  const server = createServer((client) => {
    watched(client);
    count();
    if (isOn('restarted') && isYoung(RESTART_MS)) return void client.resetAndDestroy();
    if (isOn('another certificate')) return answerWithAnother(client);
    const upstream = watched(connect(leader, '127.0.0.1'));
    forward(client, upstream, 'to the server');
    forward(upstream, client, 'back');
  });

  function forward(from: Socket, to: Socket, way: 'to the server' | 'back'): void {
    let last: Promise<unknown> = Promise.resolve();
    from.on('data', (piece) => {
      if (way === 'to the server') count();
      if (isOn('dropped') || (isOn('half-open') && way === 'back')) return;
      const wait = isOn('slow') ? LATE_MS : isOn('waking') ? Math.max(0, WAKE_MS - (performance.now() - since)) : 0;
      last = last.then(() => (wait > 0 ? sleep(wait) : undefined)).then(() => to.writable && to.write(piece));
    });
    from.on('end', () => {
      if (!isOn('dropped')) void last.then(() => to.end());
    });
    from.on('close', () => {
      if (!isOn('dropped') && way === 'back') to.destroy();
    });
  }

  const port = await listen(server);
  return {
    port,
    /** What has come from the client since the last time. */
    taken: () => {
      const all = seen;
      seen = 0;
      return all;
    },
    /** From the piece after so many on. `happens` is called then. */
    begin(what: Trouble | undefined, pieces: number, happens?: () => void): void {
      [trouble, after, began, seen, since] = [what, pieces, happens, 0, 0];
    },
    /** New connections go to this port. */
    lead(port: number): void {
      leader = port;
    },
    /** Whoever waits for something that was swallowed is told now. */
    end(): void {
      trouble = undefined;
      began = undefined;
      since = 0;
      endAll();
    },
    async close(): Promise<void> {
      endAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const { certificate: cert, key } = createAuthority().issue();

/** As PostgreSQL does it: yes to the request for TLS, and then the handshake. */
function answerWithAnother(client: Socket): void {
  client.once('data', () => {
    client.write('S');
    const secured = new TLSSocket(client, { isServer: true, secureContext: createSecureContext({ cert, key }) });
    secured.on('error', () => {});
  });
}
