/** pg's connection object, which its types leave out, and what keeps a server's nonsense from ending the process. */
import type { Socket } from 'node:net';
import type pg from 'pg';
import { endOnNonsense } from '../reach.ts';

export interface Wire {
  readonly stream: Socket;
  once(event: 'sslconnect' | 'readyForQuery', listener: () => void): void;
  on(event: string, listener: (message: Record<string, unknown>) => void): void;
}

export function wireOf(client: pg.Client): Wire {
  return (client as unknown as { connection: Wire }).connection;
}

/** The server asked for a login by a method that pg does not know. */
export class UnknownMethodError extends Error {
  override readonly name = 'UnknownMethodError';
  readonly method: number;

  constructor(method: number, cause: unknown) {
    super(`authentication method ${method}`, { cause });
    this.method = method;
  }
}

/** Before a login is complete a server says a few hundred bytes. Whoever promises a message of gigabytes is not waited for. */
const MOST_BEFORE_LOGIN = 1024 * 1024;

/** Called when pg's own listener is there. */
export function readWith(wire: Wire): void {
  let left = MOST_BEFORE_LOGIN;
  wire.once('readyForQuery', () => {
    left = Number.POSITIVE_INFINITY;
  });
  endOnNonsense(wire.stream, {
    check(chunk) {
      left -= chunk.length;
      if (left < 0) throw new Error('too much was said before the login was complete');
    },
    errorOf(error, chunk) {
      const method = methodIn(chunk);
      return method === undefined ? (error as Error) : new UnknownMethodError(method, error);
    },
  });
}

/** Ok, and the requests that pg answers: https://www.postgresql.org/docs/current/protocol-message-formats.html (Authentication…) */
const KNOWN_METHODS = [0, 3, 5, 10, 11, 12];

/** `R`, its length, and the method. */
function methodIn(chunk: Buffer): number | undefined {
  if (chunk.length < 9 || chunk[0] !== 0x52) return undefined;
  const method = chunk.readInt32BE(5);
  return KNOWN_METHODS.includes(method) ? undefined : method;
}
