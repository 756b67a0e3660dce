/** Changes a password so that it can be taken back. */
import pg from 'pg';
import { TargetMismatchError } from '../../rotation/errors.ts';
import type { ProvenLogin, TakeBack } from '../engine.ts';
import { requireReplaced, unknownUser } from '../user-errors.ts';
import { alterPassword } from './alter-password.ts';
import type { Connection, Row, Transaction } from './connection.ts';
import { nextVerifier, VERIFIER_SETTINGS } from './next-verifier.ts';
import { NO_SUCH_ROLE } from './role.ts';
import type { Verifier } from './verifier.ts';
import { keptIn } from './verifier.ts';

export interface PasswordChange {
  readonly username: string;
  readonly password: string;
  /** The user's last login. Without it nothing can be taken back. */
  readonly replaced: ProvenLogin | undefined;
}

export interface Changed {
  readonly kept: Verifier;
  /** The user may have one session only (CONNECTION LIMIT 1), which is this one if it changes its own password. */
  readonly exclusive: boolean;
  /** The verifier of before, byte for byte where the login showed it, and the server takes one: salt and iterations are sent to whoever logs in. */
  readonly takeBack: TakeBack;
}

/** In one transaction, so that two deliveries of a step wait for each other instead of failing. */
export async function setPassword(connection: Connection, change: PasswordChange): Promise<Changed> {
  const { password, replaced } = change;
  const isOwn = change.username === connection.username;
  const work = async (transaction: Transaction, server: Row): Promise<Changed> => {
    const { username, pooled } = whose(connection, server, change);
    const now = replaced && keptIn(replaced);
    const kept = nextVerifier(server, now);
    const limit = await lockCutOver(transaction, { username, pooled });
    const role = { username, isOwn };
    await alterPassword(transaction, { ...role, password, verifier: kept, undo: now });
    const putBack = (verifier: Verifier) => async () => {
      const next = { ...role, password: requireReplaced(replaced).password, verifier };
      await connection.transaction('READ WRITE', (again) => alterPassword(again, next), lockOf(username));
    };
    // A login that showed nothing: the password was asked for in clear. Whatever is kept then, SCRAM lets in whoever knows the password.
    const takeBack = putBack(now ?? kept);
    // A pooler may ask for md5 where the server keeps SCRAM, and asks for it.
    const inDoubt = now?.kind === 'md5' && kept.kind !== 'md5';
    return {
      kept,
      exclusive: limit === 1 && isOwn,
      takeBack: inDoubt ? Object.assign(takeBack, { otherwise: putBack(kept) }) : takeBack,
    };
  };
  return connection.transaction('READ WRITE', work, `${WHOSE}, ${VERIFIER_SETTINGS}`);
}

/** Waits for the cut-over of another session, and is then in one itself. Gives whether the user may have this one session only. */
export function holdCutOver(connection: Connection, username: string): Promise<boolean> {
  const work = async (transaction: Transaction, server: Row) => {
    const limit = await lockCutOver(transaction, whose(connection, server, { username }));
    return limit === 1 && username === connection.username;
  };
  return connection.transaction('READ ONLY', work, WHOSE);
}

/**
 * For as long as the session lasts: until then the change may be taken back, and must be the last one. A pooler's process is not ours for
 * that long: there the lock would stay on it, and keep the next rotation waiting. Gives how many sessions the user may have.
 */
async function lockCutOver(
  transaction: Transaction,
  { username, pooled }: { readonly username: string; readonly pooled: boolean },
): Promise<number> {
  const hold = pooled ? 'pg_advisory_xact_lock' : 'pg_advisory_lock';
  const [role] = await transaction.query(
    `SELECT ${hold}(hashtext(${pg.escapeLiteral(`rekey cut-over ${username}`)})); ${lockOf(username)};
     SELECT rolconnlimit FROM pg_roles WHERE rolname = ${pg.escapeLiteral(username)}`,
  );
  if (role === undefined) throw unknownUser(username, transaction, NO_SUCH_ROLE);
  return Number(role.rolconnlimit);
}

/** Two ALTER ROLE of one role at once end in "tuple concurrently updated" (XX000) for one of them. */
export function lockOf(username: string): string {
  return `SELECT pg_advisory_xact_lock(hashtext(${pg.escapeLiteral(`rekey ${username}`)}))`;
}

const WHOSE = 'SELECT session_user AS role, pg_backend_pid() AS process';

/** The role to change: of one's own password that is the role that logged in, whatever a pooler calls it. */
function whose(connection: Connection, server: Row, { username }: Pick<PasswordChange, 'username'>) {
  const pooled = server.process !== connection.process;
  if (username !== connection.username) return { username, pooled };
  const role = String(server.role);
  if (role !== username && !isAliasOf(username, role)) throw aliased(username, role);
  return { username: role, pooled };
}

/** `app.tenant` and `app@server`, as poolers write the role and where it is. Any other login may be one of many that share a role. */
function isAliasOf(login: string, role: string): boolean {
  return login.startsWith(`${role}.`) || login.startsWith(`${role}@`);
}

/** The login leads to another role than it names. */
export function aliased(login: string, role: string): TargetMismatchError {
  return new TargetMismatchError(
    `user ${login} is logged in as role ${role}: something on the way maps the one to the other`,
    {
      hint: 'name the role itself in field username, and the server in field host; the page about poolers tells what works (docs/poolers.md)',
    },
  );
}
