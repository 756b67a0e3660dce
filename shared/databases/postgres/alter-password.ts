/** Gives a role a password without showing it to the server: what is sent, and logged, is a verifier, unless the server takes none. */
import pg from 'pg';
import { PermissionError } from '../../rotation/errors.ts';
import type { Transaction } from './connection.ts';
import { refusesVerifiers } from './errors.ts';
import { USUAL_ITERATIONS } from './next-verifier.ts';
import type { Verifier } from './verifier.ts';
import { verifierText } from './verifier.ts';

export interface NewPassword {
  readonly username: string;
  /** Of the role that logged in. */
  readonly isOwn?: boolean;
  readonly password: string;
  /** What is to be kept of it. */
  readonly verifier: Verifier;
  /** What must be to be had once more, should the change be taken back. */
  readonly undo?: Verifier | undefined;
}

export async function alterPassword(transaction: Transaction, next: NewPassword): Promise<void> {
  const { username, isOwn, password, verifier } = next;
  const change = (value: string) => `ALTER ROLE ${pg.escapeIdentifier(username)} PASSWORD ${pg.escapeLiteral(value)}`;
  // The clone of a pair acts as its base role from login on; its own password it may only change as itself.
  const asItself = isOwn ? 'SET LOCAL ROLE NONE; ' : '';
  const text = await verifierText(verifier, username, password);
  try {
    // In one message, so that the savepoint costs no time.
    await transaction.query(`${asItself}SAVEPOINT verifier; ${change(text)}`);
  } catch (error) {
    if (!refusesVerifiers(error)) throw error;
    await transaction.query('ROLLBACK TO SAVEPOINT verifier');
    const { isQuiet } = await prepare(transaction, next);
    await transaction.inClear(change(password), !isQuiet);
  }
}

/** What writes statements down, as far as PostgreSQL and its better known extensions have a setting for it. */
const QUIET = {
  log_statement: 'none',
  log_min_duration_statement: '-1',
  log_min_duration_sample: '-1',
  log_transaction_sample_rate: '0',
  log_min_error_statement: 'panic',
  debug_print_parse: 'off',
  debug_print_rewritten: 'off',
  track_activities: 'off',
  'pgaudit.log': 'none',
  'pg_stat_statements.track_utility': 'off',
};

/**
 * For the rest of the transaction the server makes such a verifier itself, and writes down as little as this role may ask for: `isQuiet`,
 * not even a statement that fails. Throws when it cannot make one of so many iterations, or could not make that of before.
 */
async function prepare(transaction: Transaction, { verifier, undo }: NewPassword): Promise<{ isQuiet: boolean }> {
  const iterations = iterationsOf(verifier);
  const wanted = { ...QUIET, password_encryption: verifier.kind, scram_iterations: String(iterations) };
  // Nobody but a superuser is sure to be allowed the others, and one that is not ends the transaction.
  const set = await transaction.query(
    `SELECT name, set_config(name, value, true) FROM pg_settings JOIN json_each_text($1) AS wanted(name, value) USING (name)
      WHERE context = 'user' OR (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)`,
    [JSON.stringify(wanted)],
  );
  const other = [iterations, iterationsOf(undo)].find((number) => number !== USUAL_ITERATIONS);
  const isSet = (wanted: string) => set.some(({ name }) => name === wanted);
  if (other === undefined || isSet('scram_iterations')) return { isQuiet: isSet('log_min_error_statement') };
  throw new PermissionError(
    `the server takes no verifier in place of a password, and before PostgreSQL 16 makes none of ${other} iterations itself`,
    {
      code: 'PASSWORD_REFUSED',
      hint: 'let the server take verifiers, or give the user its password once more by hand; then rotate again',
    },
  );
}

function iterationsOf(verifier: Verifier | undefined): number {
  return verifier?.kind === 'scram-sha-256' ? verifier.iterations : USUAL_ITERATIONS;
}
