import { createHash } from 'node:crypto';
import { ServiceError } from '../../rotation/errors.ts';
import type { Connection, Row } from './connection.ts';
import { errno, killed } from './errors.ts';

/** Seconds that one delivery of a step waits for another that works on the same users. */
const PATIENCE = 10;

/** Lasts until the session closes at the latest. A session that takes it again must give it back as often. */
export interface Lock {
  /** The user may have one session only, by its account or by the server. Zero is no limit. */
  readonly exclusive: boolean;
  /** To be given back before the session closes: a pooler keeps the server's session, and the lock with it, when ours has ended. */
  readonly outlives: boolean;
  release(): Promise<void>;
}

/** Changes of accounts are no transactions here, so two sessions take turns. */
export const holdAccounts = (connection: Connection, user: string) => hold(connection, 'accounts', user);

/** Until the session closes a new password may be taken back, and must be the last one. */
export const holdCutOver = (connection: Connection, user: string) => hold(connection, 'cut-over', user);

async function hold(connection: Connection, what: string, user: string): Promise<Lock> {
  const name = nameOf(what, user);
  const row = await take(connection, name, user);
  return {
    exclusive: Number(row.most) === 1,
    // A release costs a round trip. Of one's own change the statement above saves one; for others a session of our own ends by itself.
    outlives: user === connection.username || Number(row.session) !== connection.session,
    release: async () => void (await connection.query('DO RELEASE_LOCK(?)', [name]).catch(() => {})),
  };
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
