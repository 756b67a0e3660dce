import { createHash } from 'node:crypto';
import { ServiceError } from '../../rotation/errors.ts';
import type { Connection } from './connection.ts';

/** Seconds that one delivery of a step waits for another that works on the same users. */
const PATIENCE = 10;

/** Changes of accounts are no transactions here, so two sessions take turns. Ends with the session at the latest. */
export async function oneAtATime<T>(connection: Connection, user: string, work: () => Promise<T>): Promise<T> {
  const name = await take(connection, 'accounts', user);
  try {
    return await work();
  } finally {
    await connection.query('DO RELEASE_LOCK(?)', [name]).catch(() => {});
  }
}

/** For as long as the session lasts: until then a new password may be taken back, and must be the last one. */
export async function holdCutOver(connection: Connection, user: string): Promise<void> {
  await take(connection, 'cut-over', user);
}

async function take(connection: Connection, what: string, user: string): Promise<string> {
  // Names of locks have at most 64 characters.
  const name = `rekey ${what} ${createHash('sha256').update(user).digest('hex').slice(0, 40)}`;
  const [row] = await connection.query('SELECT GET_LOCK(?, ?) AS taken', [name, PATIENCE]);
  if (Number(row?.taken) === 1) return name;
  throw new ServiceError(`another session has worked on the accounts of ${user} for ${PATIENCE} s`, {
    code: 'LOCK_TIMEOUT',
    hint: 'the step is safe to repeat; SHOW PROCESSLIST tells who it is',
  });
}
