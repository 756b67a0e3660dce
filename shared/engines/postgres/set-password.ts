/** Changes a password without showing it to the server: what is sent, and logged, is a verifier. */
import { createHash } from 'node:crypto';
import pg from 'pg';
import type { Connection } from './connection.ts';
import { scramVerifier } from './scram-verifier.ts';

/**
 * In one transaction, so that two deliveries of a step wait for each other instead of failing.
 * Tells whether the user may have one session only (CONNECTION LIMIT 1), which is this one if it changes its own password.
 */
export async function setPassword(
  connection: Connection,
  username: string,
  password: string,
): Promise<{ exclusive: boolean }> {
  const verifier = await verifierFor(connection, username, password);
  const limit = await connection.query('SELECT rolconnlimit FROM pg_roles WHERE rolname = $1', [username]);
  await connection.transaction(async () => {
    // For as long as the session lasts: until then the change may be taken back, and must be the last one.
    await connection.query('SELECT pg_advisory_lock(hashtext($1))', [`rekey cut-over ${username}`]);
    await lockUser(connection, username);
    // The clone of a pair acts as its base role from login on; its own password it may only change as itself.
    if (username === connection.username) await connection.query('SET LOCAL ROLE NONE');
    await connection.query(`ALTER ROLE ${pg.escapeIdentifier(username)} PASSWORD ${pg.escapeLiteral(verifier)}`);
  });
  return { exclusive: limit[0]?.rolconnlimit === 1 && username === connection.username };
}

/** Two ALTER ROLE of one role at once end in "tuple concurrently updated" (XX000) for one of them. */
export async function lockUser(connection: Connection, username: string): Promise<void> {
  await connection.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`rekey ${username}`]);
}

/** What the server would store by itself, by its setting password_encryption: PostgreSQL 13 defaults to md5. */
export async function verifierFor(connection: Connection, username: string, password: string): Promise<string> {
  const [row] = await connection.query(
    "SELECT current_setting('password_encryption') AS kind, current_setting('scram_iterations', true) AS iterations",
  );
  if (row?.kind === 'md5') return `md5${createHash('md5').update(password).update(username).digest('hex')}`;
  return scramVerifier(password, Number(row?.iterations ?? 4096));
}
