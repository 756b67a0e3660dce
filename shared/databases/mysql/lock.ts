import { createHash } from 'node:crypto';
import { ServiceError } from '../../rotation/errors.ts';
import type { Connection, Row } from './connection.ts';
import { errno, killed } from './errors.ts';

/** Seconds that one delivery of a step waits for another that works on the same users. */
const PATIENCE = 10;

/** Changes of accounts are no transactions here, so two sessions take turns. Ends with the session at the latest. */
export async function oneAtATime<T>(connection: Connection, user: string, work: () => Promise<T>): Promise<T> {
  const name = nameOf('accounts', user);
  await take(connection, name, user);
  try {
    return await work();
  } finally {
    await release(connection, name);
  }
}

export interface CutOver {
  /** The user may have one session only, by its account or by the server. Zero is no limit. */
  readonly exclusive: boolean;
  /** A pooler keeps the server's session, and with it the lock, when ours has ended. */
  release(): Promise<void>;
}

/** Until the session closes: until then a new password may be taken back, and must be the last one. */
export async function holdCutOver(connection: Connection, user: string): Promise<CutOver> {
  const name = nameOf('cut-over', user);
  const row = await take(connection, name, user);
  // A release costs a round trip. Of one's own change the statement above saves one; for others a session of our own ends by itself.
  const stays = user === connection.username || Number(row.session) !== connection.session;
  return {
    exclusive: Number(row.most) === 1,
    release: async () => {
      if (stays) await release(connection, name);
    },
  };
}

async function release(connection: Connection, name: string): Promise<void> {
  await connection.query('DO RELEASE_LOCK(?)', [name]).catch(() => {});
}

/** Names of locks have at most 64 characters. */
function nameOf(what: string, user: string): string {
  return `rekey ${what} ${createHash('sha256').update(user).digest('hex').slice(0, 40)}`;
}

async function take(connection: Connection, name: string, user: string): Promise<Row> {
  const [row] = await connection.query(
    'SELECT GET_LOCK(?, ?) AS taken, CONNECTION_ID() AS session, @@SESSION.max_user_connections AS most',
    [name, PATIENCE],
  );
  if (row !== undefined && Number(row.taken) === 1) return row;
  // MariaDB's answer to a KILL QUERY; MySQL's is an error.
  if (row?.taken === null) throw killed(errno.killed, connection.at);
  throw new ServiceError(`another session has worked on the accounts of ${user} for ${PATIENCE} s`, {
    code: 'LOCK_TIMEOUT',
    hint: 'the step is safe to repeat; SHOW PROCESSLIST tells who it is',
  });
}
