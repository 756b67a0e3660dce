/**
 * Stands in for a server whose check_password_hook refuses what credcheck and its kin refuse: it reads on the way to a real server, and
 * has that one run, in place of an ALTER ROLE that is refused, a statement that ends in the same error.
 */
import { once } from 'node:events';
import { connect as connectTcp, createServer, type Server, type Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import { createAuthority } from '../../local/certificates.ts';
import type { PostgresServer } from '../../local/servers/postgres/server.ts';
import { int32, message } from './strange-postgres.ts';

/** An answer of this SQLSTATE to an ALTER ROLE with such a password; undefined: none. The error's words are `words`, or the statement. */
export interface Refusal {
  readonly code: string;
  readonly words?: string;
}

export interface RefusingPostgres {
  readonly host: string;
  readonly port: number;
  readonly ca: string;
  /** What was asked for without bound values, in order. */
  readonly statements: string[];
  /** Of verifiers, and of passwords in clear. As credcheck does it to begin with. */
  refuses: { verifier?: Refusal; plain?: Refusal };
  close(): Promise<void>;
}

/** credcheck.c: ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION. */
const credcheck: Refusal = { code: '28000', words: 'password type is not a plain text' };
const ALTER = /ALTER ROLE "[^"]+" PASSWORD +E?'(SCRAM-SHA-256\$|md5[0-9a-f]{32}')?[\s\S]*$/;
const SSL_REQUEST = Buffer.concat([int32(8), int32(80877103)]);

export async function refusingPostgres(server: PostgresServer): Promise<RefusingPostgres> {
  const authority = createAuthority();
  const { certificate: cert, key } = authority.issue();
  const sockets = new Set<Socket>();
  const rewritten = (text: string) => {
    const [found, verifier] = ALTER.exec(text) ?? [];
    const refusal = verifier === undefined ? here.refuses.plain : here.refuses.verifier;
    if (found === undefined || refusal === undefined) return text;
    const words = (refusal.words ?? found).replaceAll("'", "''").replaceAll('%', '%%');
    return text.replace(
      ALTER,
      () => `DO $do$BEGIN RAISE EXCEPTION '${words}' USING ERRCODE = '${refusal.code}'; END$do$`,
    );
  };
  const listener: Server = createServer(async (client) => {
    sockets.add(client);
    client.on('error', () => {});
    const [first] = (await once(client, 'data')) as [Buffer];
    const wantsTls = first.equals(SSL_REQUEST);
    if (wantsTls) client.write('S');
    const front = wantsTls ? new TLSSocket(client, { isServer: true, cert, key }) : client;
    front.on('error', () => {});
    const back = await tlsTo(server, sockets);
    back.pipe(front);
    front.on('close', () => back.destroy());
    const forward = forwarder(back, (text) => {
      here.statements.push(text);
      return rewritten(text);
    });
    if (!wantsTls) forward(first);
    front.on('data', forward);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const here: RefusingPostgres = {
    host: 'localhost',
    port: (listener.address() as { port: number }).port,
    ca: authority.ca,
    statements: [],
    refuses: { verifier: credcheck },
    async close() {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
  return here;
}

async function tlsTo({ host, port, ca }: PostgresServer, sockets: Set<Socket>): Promise<TLSSocket> {
  const socket = connectTcp(port, host);
  sockets.add(socket);
  socket.write(SSL_REQUEST);
  await once(socket, 'data');
  const back = connectTls({ socket, ca, servername: 'localhost' });
  back.on('error', () => {});
  await once(back, 'secureConnect');
  return back;
}

/** The first message has no letter; of the others, `Q` is a statement. */
function forwarder(to: TLSSocket, read: (text: string) => string): (chunk: Buffer) => void {
  let left = Buffer.alloc(0);
  let letter = 0;
  return (chunk) => {
    left = Buffer.concat([left, chunk]);
    while (left.length >= letter + 4) {
      const length = letter + left.readInt32BE(letter);
      if (left.length < length) return;
      const whole = left.subarray(0, length);
      left = left.subarray(length);
      const isQuery = letter === 1 && whole[0] === 0x51;
      letter = 1;
      to.write(isQuery ? message('Q', Buffer.from(`${read(whole.toString('utf8', 5, length - 1))}\0`)) : whole);
    }
  };
}
