/** A server that begins like PostgreSQL, and then says what it is told to say. */
import { connect as connectTcp, createServer as createTcp, type Server, type Socket } from 'node:net';
import { createServer as createTls } from 'node:tls';
import { createAuthority } from '../../local/certificates.ts';
import type { DatabaseLogin } from '../../shared/databases/secret.ts';
import { type TestContext, testContext } from './context.ts';

/** https://www.postgresql.org/docs/current/protocol-message-formats.html */
export function message(type: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
}

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** The login is taken, and statements may come. */
export const WELCOME = Buffer.concat([message('R', int32(0)), message('Z', Buffer.from('I'))]);

export interface StrangeServer {
  readonly login: DatabaseLogin;
  readonly context: TestContext;
  close(): Promise<void>;
}

/** Answers the first message of a connection with the first of these, the second with the second. Over verified TLS unless `plain`. */
export async function serverThatSays(answers: readonly Buffer[], { plain = false } = {}): Promise<StrangeServer> {
  const authority = createAuthority();
  const { certificate: cert, key } = authority.issue();
  const sockets = new Set<Socket>();
  const speak = (socket: Socket) => {
    sockets.add(socket);
    const left = [...answers];
    socket.on('error', () => {});
    socket.on('data', () => {
      const answer = left.shift();
      if (answer !== undefined) socket.write(answer);
    });
  };
  const inner = plain ? createTcp(speak) : createTls({ cert, key }, speak);
  await listening(inner);
  // Answers SSLRequest with S, and lets the TLS server speak from there.
  const outer = createTcp((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.write('S');
      const through = connectTcp(portOf(inner), '127.0.0.1');
      through.on('error', () => {});
      socket.pipe(through).pipe(socket);
    });
  });
  await listening(outer);
  const port = portOf(plain ? inner : outer);
  return {
    login: {
      engine: 'postgres',
      host: 'localhost',
      port,
      username: 'app',
      password: 'Some-password-1',
      ...(plain && { tls: false }),
    },
    context: testContext({ ca: authority.ca }),
    async close() {
      for (const socket of sockets) socket.destroy();
      outer.close();
      inner.close();
    },
  };
}

const listening = (server: Server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const portOf = (server: Server) => (server.address() as { port: number }).port;
