/** Finds the stored value that opens the system, for strategies in which one user keeps its name. */

import { AuthenticationError, LockedOutError, RotationError } from '../../rotation/errors.ts';
import type { RotationContext } from '../../rotation/strategy.ts';
import { unseenEnd, withoutUnseen } from '../../rotation/unseen.ts';
import { PENDING, PREVIOUS } from '../../rotation/versions.ts';
import type { DatabaseEngine, DatabaseSession } from '../engine.ts';
import { requireSameTarget, samePlace } from '../place.ts';
import type { DatabaseLogin } from '../secret.ts';

/** What opened the system where no label names it. docs/notification.schema.json lists both. */
export const FORGOTTEN = 'a version without a label';
export const WITHOUT_ENDS = 'a stored password without what is unseen at its ends';

/** As a strategy's `set` is given them. */
export interface StoredValues {
  readonly pending: DatabaseLogin;
  readonly current: DatabaseLogin;
  previous(): Promise<DatabaseLogin | undefined>;
  forgotten(): AsyncIterable<DatabaseLogin>;
}

export interface StoredLogin {
  readonly session: DatabaseSession;
  /** What opened it, at the place and with the settings of AWSCURRENT. */
  readonly value: DatabaseLogin;
  /** Absent when it was AWSCURRENT. Names the version otherwise; `PENDING` when an earlier try got through. */
  readonly recoveredWith?: string;
}

/**
 * AWSCURRENT first, because every refused login counts against the account; then AWSPENDING, AWSPREVIOUS, and the versions without
 * a label, newest first. No value is sent to another place than the one of AWSCURRENT. Throws LockedOutError when none opens.
 * What `mayOpen` says no to is not tried. Last, one or two logins more and never one for each version: AWSCURRENT and AWSPENDING
 * without what nobody sees, where they begin or end in it.
 */
export async function openStored(
  engine: DatabaseEngine,
  secrets: StoredValues,
  ctx: RotationContext,
  mayOpen: (username: string, password: string) => Promise<boolean> = async () => true,
): Promise<StoredLogin> {
  const { pending, current } = secrets;
  requireSameTarget(engine, pending, current, current.username);
  let unsupported: AuthenticationError | undefined;
  const tried = new Map<string, DatabaseLogin>();
  /** Undefined when this login does not come about. Any other trouble is not about the password, and ends the step. */
  const attempt = async (value: DatabaseLogin): Promise<Pick<StoredLogin, 'session' | 'value'> | undefined> => {
    tried.set(value.password, value);
    if (!(await mayOpen(value.username, value.password))) return undefined;
    try {
      return { session: await engine.connect(value, ctx), value };
    } catch (error) {
      if (value === current && error instanceof RotationError && error.tookPassword) ctx.currentOpens?.();
      if (!(error instanceof AuthenticationError)) throw error;
      if (error.code === 'LOGIN_UNSUPPORTED') unsupported ??= error;
      return undefined;
    }
  };

  const usual = await attempt(current);
  if (usual !== undefined) {
    ctx.currentOpens?.();
    return usual;
  }
  ctx.log('AWSCURRENT does not open the system, trying what else is stored');

  const early = await attempt(pending);
  if (early !== undefined) {
    ctx.log('pending already accepted, nothing to set');
    return { ...early, recoveredWith: PENDING };
  }
  for await (const { value, version } of olderValues(engine, current, secrets)) {
    // A refused login counts, and whoever rolls back has AWSPREVIOUS for AWSPENDING.
    if (tried.has(value.password)) continue;
    const rescued = await attempt(asIn(current, value));
    if (rescued !== undefined) return { ...rescued, recoveredWith: version };
  }
  const ends = [...tried.values()].filter(({ password }) => unseenEnd(password) !== undefined);
  for (const value of ends.filter((each) => each === current || each === pending)) {
    const password = withoutUnseen(value.password);
    if (password === '' || tried.has(password)) continue;
    ctx.redact.add(password);
    const found = await attempt({ ...value, password });
    if (found === undefined) continue;
    ctx.log('a stored password begins or ends in what the password of the user does not have', {
      unseen: unseenEnd(value.password),
    });
    return { ...found, recoveredWith: WITHOUT_ENDS };
  }
  // Whether that value is right nobody can tell here: another driver may log in with it.
  if (unsupported !== undefined) throw unsupported;
  const also = engine.refusedFor === undefined ? '' : `, and ${engine.refusedFor}`;
  const [seen] = ends.map(({ password }) => unseenEnd(password));
  const unseen = seen === undefined ? '' : `a stored password begins or ends in ${seen}; `;
  throw new LockedOutError(`no stored version opens ${engine.name} at ${current.host} as ${current.username}`, {
    hint: `${unseen}see that ${current.username} is there, and neither locked nor expired${also}; else reset its password by hand, store it with put-secret-value, rotate again`,
  });
}

/** AWSPREVIOUS, then versions without a label, newest first: those for the user, and at the place, of `like`. */
async function* olderValues(
  engine: DatabaseEngine,
  like: DatabaseLogin,
  { previous, forgotten }: Pick<StoredValues, 'previous' | 'forgotten'>,
): AsyncIterable<{ readonly value: DatabaseLogin; readonly version: string }> {
  const isOfUser = (value: DatabaseLogin) => value.username === like.username && samePlace(engine, value, like);
  const labelled = await previous();
  if (labelled !== undefined && isOfUser(labelled)) yield { value: labelled, version: PREVIOUS };
  for await (const value of forgotten()) if (isOfUser(value)) yield { value, version: FORGOTTEN };
}

/** As `olderValues`, the passwords alone. */
export async function* olderPasswords(...of: Parameters<typeof olderValues>): AsyncIterable<string> {
  for await (const { value } of olderValues(...of)) yield value.password;
}

/** An older value's password, with the connection settings (ssl, dbname) that hold today. */
function asIn(current: DatabaseLogin, older: DatabaseLogin): DatabaseLogin {
  return { ...current, password: older.password };
}
