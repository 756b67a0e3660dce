import type { Connection, Transaction } from '../postgres/connection.ts';

/**
 * Two deliveries of a step change one user at once, and Redshift has no lock to wait at: one of the two transactions is refused
 * and comes again. 40001 and XX000: not serializable. 40P01: deadlock. 23505 and 42710: the user exists by now.
 * https://docs.aws.amazon.com/redshift/latest/dg/c_serial_isolation-serializable-isolation-troubleshooting.html
 */
const CONFLICTS = new Set(['40001', 'XX000', '40P01', '23505', '42710']);
const PAUSES = [50, 100, 200, 400, 800];

/** Runs `work` in a transaction of its own, again after a conflict. */
export async function repeatedly<T>(
  connection: Connection,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  for (const pause of PAUSES) {
    try {
      return await connection.transaction('READ WRITE', work);
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
    // Of random length, so that the two do not meet again.
    await connection.pause(pause * (0.5 + Math.random()));
  }
  return connection.transaction('READ WRITE', work);
}

function isConflict(error: unknown): boolean {
  const { code } = (error as { cause?: { code?: unknown } }).cause ?? {};
  return typeof code === 'string' && CONFLICTS.has(code);
}
