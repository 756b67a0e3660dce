/** Which kind of verifier a new password gets. */
import { randomBytes } from 'node:crypto';
import type { Row } from './connection.ts';
import type { Verifier } from './verifier.ts';
import { MOST_ITERATIONS } from './verifier.ts';

/** Servers before 16 know no other number, and RFC 7677 none below. */
export const USUAL_ITERATIONS = 4096;

/** Columns of a statement that tells `nextVerifier`. */
export const VERIFIER_SETTINGS =
  "current_setting('password_encryption') AS kind, current_setting('scram_iterations', true) AS iterations";

/**
 * What is to be kept of a new password. The server's settings are followed as far as that is not weaker than what is kept now, and
 * nothing that drivers refuse. md5 needs both, the setting and a login that was let in by md5: whoever kept SCRAM may ask for it.
 */
export function nextVerifier({ kind, iterations }: Row, kept: Verifier | undefined): Verifier {
  if (kept?.kind === 'md5' && kind === 'md5') return kept;
  const asked = Math.min(Number(iterations ?? USUAL_ITERATIONS), MOST_ITERATIONS);
  const now = kept?.kind === 'scram-sha-256' ? kept.iterations : USUAL_ITERATIONS;
  return { kind: 'scram-sha-256', iterations: Math.max(asked, now), salt: randomBytes(16) };
}
