/** Where mysql2's own ways are not taken: the upgrade to TLS, and packets that nobody can read. Written for mysql2 3.24. */
import { isIP, type Socket } from 'node:net';
import { checkServerIdentity, connect as connectTls, type SecureContext, type TLSSocket } from 'node:tls';
import type mysql from 'mysql2';
import type { Phase } from '../reach.ts';
import { endOnNonsense } from '../reach.ts';

/** What mysql2 has in hand between the greeting and the login. Its types leave these out. */
interface Wire {
  stream: Socket;
  packetParser: { execute(data: Buffer): void };
  _handleNetworkError(error: Error): void;
  startTLS(done: (error?: Error) => void): void;
}

/**
 * In place of mysql2's own upgrade, which builds a context from all roots for every connection, and which checks the
 * certificate against `localhost` when the host is an address.
 */
export function upgradeWith(
  client: mysql.Connection,
  host: string,
  secureContext: SecureContext,
  reached: (phase: Phase) => void,
): void {
  const wire = client as unknown as Wire;
  wire.startTLS = (done) => {
    reached('tls');
    let stands = false;
    wire.stream.removeAllListeners('data');
    const secure: TLSSocket = connectTls(
      {
        socket: wire.stream,
        secureContext,
        rejectUnauthorized: true,
        checkServerIdentity: (_, peer) => checkServerIdentity(host, peer),
        ...(isIP(host) === 0 ? { servername: host } : {}),
      },
      () => {
        stands = true;
        reached('login');
        done();
      },
    );
    // mysql2 writes a code of its own onto what it is given, so the error goes as a cause.
    secure.on('error', (error) => {
      if (stands) wire._handleNetworkError(error);
      else done(new Error(error.message, { cause: error }));
    });
    secure.on('data', (data) => wire.packetParser.execute(data));
    endOnNonsense(secure);
    wire.stream = secure;
  };
}
