/** What database servers say, byte by byte: a proxy between the engine and a server spoils what the server says at some place. */
import { connect, createServer, type Socket } from 'node:net';
import fc from 'fast-check';
import { listen } from '../../../local/loopback.ts';
import { startDocumentDb } from '../../../local/servers/documentdb/server.ts';
import type { LocalServer } from '../../../local/servers/local-server.ts';
import { availableMariadb, startMariadb } from '../../../local/servers/mariadb/server.ts';
import { availableMysql, startMysql } from '../../../local/servers/mysql/server.ts';
import { startPostgres } from '../../../local/servers/postgres/server.ts';
import { documentdb } from '../../../shared/databases/documentdb/documentdb.ts';
import { type DatabaseEngine, withSession } from '../../../shared/databases/engine.ts';
import { mariadb } from '../../../shared/databases/mysql/mariadb.ts';
import { mysql } from '../../../shared/databases/mysql/mysql.ts';
import { postgres } from '../../../shared/databases/postgres/postgres.ts';
import type { DatabaseLogin } from '../../../shared/databases/secret.ts';
import { testContext } from '../../../test/support/context.ts';
import { target } from '../target.ts';

/** At a byte of all that the server says in one connection: so many are left out, and these come in their place. */
interface Spoil {
  readonly at: number;
  readonly drops: number;
  readonly inserts: Uint8Array;
  /** The connection ends there. */
  readonly ends: boolean;
}

interface Packets {
  readonly tls: boolean;
  /** One for each connection; all are open at once. */
  readonly spoils: readonly Spoil[];
}

/** Lengths, counts and kinds as protocols write them, at their limits. */
const limits = [
  [0],
  [255],
  [127, 255, 255, 255],
  [255, 255, 255, 255],
  [0, 0, 0, 0],
  [255, 255, 255, 127],
  [254, 255, 255, 255, 255, 255, 255, 255, 255],
  [0x52, 0, 0, 0, 8],
];
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 12 }),
  fc.constantFrom(...limits.map((some) => Uint8Array.from(some))),
  fc.constantFrom(100_000, 2_000_000).map((size) => new Uint8Array(size).fill(65)),
);
const spoil: fc.Arbitrary<Spoil> = fc
  .record({
    at: fc.oneof(fc.nat(120), fc.nat(2_500)),
    drops: fc.option(fc.nat(20), { nil: undefined }),
    inserts: bytes,
    ends: fc.boolean(),
  })
  // Mostly as many go as come, so that what follows stays where it was.
  .map(({ drops, ...rest }) => ({
    ...rest,
    drops: drops ?? rest.inserts.length,
    ends: rest.ends && rest.at % 7 === 0,
  }));

/** A server that waits for what never comes is left: the function has other things to do. */
const PATIENCE_MS = 600;
const AT_ONCE = 8;

interface Kind {
  readonly engine: DatabaseEngine;
  readonly inputs: { readonly whole: number; readonly quick: number };
  missing?(): string | undefined;
  start(tls: boolean): Promise<LocalServer>;
}

const none = 0;
const kinds: Readonly<Record<string, Kind>> = {
  postgres: {
    engine: postgres,
    inputs: { whole: 250, quick: none },
    start: (tls) => startPostgres({ tls }),
  },
  mysql: {
    engine: mysql,
    inputs: { whole: 250, quick: none },
    missing: () => (availableMysql() === undefined ? 'MySQL is not installed (npm run servers)' : undefined),
    start: (tls) => startMysql({ tls }),
  },
  mariadb: {
    engine: mariadb,
    inputs: { whole: 250, quick: none },
    missing: () => (availableMariadb() === undefined ? 'MariaDB is not installed (npm run servers)' : undefined),
    start: (tls) => startMariadb({ tls }),
  },
  documentdb: {
    engine: documentdb,
    inputs: { whole: 250, quick: none },
    start: (tls) => startDocumentDb({ tls }),
  },
};

const packetsOf = (name: string, { engine, start, ...rest }: Kind) =>
  target<Packets>({
    id: `packets/${name}`,
    what: `what the server says, spoilt at a byte, plain and in TLS; ${AT_ONCE} logins an input at most`,
    ...rest,
    async begin() {
      const [secure, plain] = [await start(true), await start(false)];
      const proxies = { secure: await spoilingProxy(secure.port), plain: await spoilingProxy(plain.port) };
      return {
        input: fc.record({ tls: fc.boolean(), spoils: fc.array(spoil, { minLength: 1, maxLength: AT_ONCE }) }),
        secrets: () => [secure.superuser.password, plain.superuser.password],
        async give({ tls, spoils }) {
          const [server, proxy] = tls ? [secure, proxies.secure] : [plain, proxies.plain];
          const ends = await Promise.allSettled(
            spoils.map(async (one) => {
              const port = await proxy.portThat(one);
              const login = {
                engine: name,
                host: 'localhost',
                port,
                ...server.superuser,
                ...(!tls && { tls: false as const }),
              };
              await used(engine, login, server.ca);
            }),
          );
          const failed = ends.filter((end) => end.status === 'rejected').map(({ reason }) => reason);
          // What is no foreseen error comes first.
          failed.sort((a, b) => Number(a?.code !== undefined) - Number(b?.code !== undefined));
          if (failed.length > 0) throw failed[0];
        },
        async end() {
          await Promise.all([secure.stop(), plain.stop()]);
        },
      };
    },
  });

async function used(engine: DatabaseEngine, login: DatabaseLogin, ca: string): Promise<void> {
  const ctx = testContext({ ca, signal: AbortSignal.timeout(PATIENCE_MS), awake: true });
  await withSession(engine, login, ctx, async (session) => {
    await session.ping();
    await session.privileges();
    await session.setPassword(login.username, login.password, session.proven);
  });
}

/** Each port is for one connection. */
async function spoilingProxy(server: number) {
  return {
    async portThat(spoil: Spoil): Promise<number> {
      const proxy = createServer((client) => {
        proxy.close();
        const upstream = connect(server, '127.0.0.1');
        const bye = () => {
          upstream.destroy();
          client.destroy();
        };
        for (const socket of [client, upstream]) socket.setNoDelay(true).on('error', bye).on('close', bye);
        client.pipe(upstream);
        spoilt(upstream, client, spoil);
      });
      // Who never connects must not keep it open.
      setTimeout(() => proxy.close(), PATIENCE_MS * 10).unref();
      return listen(proxy);
    },
  };
}

function spoilt(from: Socket, to: Socket, { at, drops, inserts, ends }: Spoil): void {
  let seen = 0;
  let left = drops;
  let isDone = false;
  from.on('data', (chunk: Buffer) => {
    let rest = chunk;
    if (!isDone && seen + chunk.length > at) {
      const here = at - seen;
      to.write(chunk.subarray(0, here));
      to.write(inserts);
      isDone = true;
      if (ends) return void to.destroy();
      rest = chunk.subarray(here);
    }
    seen += chunk.length;
    if (isDone && left > 0) {
      const gone = Math.min(left, rest.length);
      left -= gone;
      rest = rest.subarray(gone);
    }
    to.write(rest);
  });
}

export const packets = Object.entries(kinds).map(([name, kind]) => packetsOf(name, kind));
