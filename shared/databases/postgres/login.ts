/** Watches how a server checks the password: that shows what it keeps, and tells a login that pg cannot make from a broken network. */
import type { Socket } from 'node:net';
import pg from 'pg';
import type { Unsupported } from './errors.ts';
import type { Verifier } from './verifier.ts';
import { MOST_ITERATIONS } from './verifier.ts';
import type { Wire } from './wire.ts';
import { UnknownMethodError } from './wire.ts';

export interface Login {
  /** Undefined when the server wanted the password itself, or none, and so showed nothing. */
  kept(): Verifier | undefined;
  /** Why pg could not make this login; undefined when that was not the reason. */
  whyNot(error: unknown, stream: Socket): Unsupported | undefined;
}

export function watchLogin(wire: Wire): Login {
  let kept: Verifier | undefined;
  let mechanisms: readonly string[] | undefined;
  wire.on('authenticationMD5Password', () => {
    kept = { kind: 'md5' };
  });
  wire.on('authenticationSASL', (message) => {
    mechanisms = Array.isArray(message.mechanisms) ? message.mechanisms.map(String) : [];
  });
  wire.on('authenticationSASLContinue', ({ data }) => {
    kept = scramIn(String(data));
  });
  return {
    kept: () => kept,
    whyNot(error, stream) {
      // What the server said, and what the network did: both are told otherwise. After an error of its own pg leaves the socket open.
      if (!(error instanceof Error) || error instanceof pg.DatabaseError || 'code' in error) return undefined;
      if (error instanceof UnknownMethodError) {
        return {
          because: `asks for authentication method ${error.method}`,
          hint: 'of the methods for passwords this function knows scram-sha-256, md5 and password: let pg_hba.conf ask for scram-sha-256 (Redshift: give the user an md5 password)',
        };
      }
      if (stream.destroyed) return undefined;
      if (kept?.kind === 'scram-sha-256' && kept.iterations > MOST_ITERATIONS) {
        return {
          because: `keeps the password with ${kept.iterations} iterations, and this driver takes ${MOST_ITERATIONS}`,
          hint: `set scram_iterations to ${MOST_ITERATIONS} at most, give the user its password once more with \\password of psql, then rotate again`,
        };
      }
      // What else goes wrong in this dialogue, a proof of the server's that does not hold among it, is no matter of the account.
      if (mechanisms === undefined || mechanisms.includes('SCRAM-SHA-256')) return undefined;
      return {
        because: `offers ${mechanisms.join(', ')}, none of which this driver knows`,
        hint: 'let pg_hba.conf ask for scram-sha-256, and give the user a SCRAM password',
      };
    },
  };
}

/** `r=<nonce>,s=<salt>,i=<iterations>`: the server's first message of RFC 5802. */
function scramIn(message: string): Verifier | undefined {
  const [, salt, iterations] = /,s=([^,]+),i=(\d+)/.exec(message) ?? [];
  if (salt === undefined) return undefined;
  return { kind: 'scram-sha-256', iterations: Number(iterations), salt: Buffer.from(salt, 'base64') };
}
