/** Finds the stored value that opens the system, for strategies in which one user keeps its name. */
import type { DatabaseEngine, DatabaseSession } from '../engines/engine.ts';
import { AuthenticationError, LockedOutError } from '../rotation/errors.ts';
import type { RotationContext } from '../rotation/strategy.ts';
import { PENDING, PREVIOUS } from '../rotation/versions.ts';
import type { DatabaseSecret } from '../secrets/database-secret.ts';
import { requireSameTarget, samePlace } from './same-place.ts';

/** As a strategy's `set` is given them. */
export interface StoredValues {
  readonly pending: DatabaseSecret;
  readonly current: DatabaseSecret;
  previous(): Promise<DatabaseSecret | undefined>;
  forgotten(): AsyncIterable<DatabaseSecret>;
}

export interface StoredLogin {
  readonly session: DatabaseSession;
  /** What opened it. */
  readonly value: DatabaseSecret;
  /** Absent when it was AWSCURRENT. Names the version otherwise; `PENDING` when an earlier try got through. */
  readonly recoveredWith?: string;
}

/**
 * AWSCURRENT first, because every refused login counts against the account; then AWSPENDING, AWSPREVIOUS, and the versions without
 * a label, newest first. No value is sent to another place than the one of AWSCURRENT. Throws LockedOutError when none opens.
 * What `opens` says no to is not tried.
 */
export async function openStored(
  engine: DatabaseEngine,
  { pending, current, previous, forgotten }: StoredValues,
  ctx: RotationContext,
  opens: (username: string, password: string) => Promise<boolean> = async () => true,
): Promise<StoredLogin> {
  requireSameTarget(engine, pending, current, current.username);
  const usable = (value: DatabaseSecret) => value.username === current.username && samePlace(engine, value, current);
  const attempt = async (login: DatabaseSecret) =>
    (await opens(login.username, login.password)) ? opened(engine, login, ctx) : undefined;

  const session = await attempt(current);
  if (session !== undefined) return { session, value: current };
  ctx.log('AWSCURRENT is refused, trying what else is stored');

  const early = await attempt(pending);
  if (early !== undefined) {
    ctx.log('pending already accepted, nothing to set');
    return { session: early, value: pending, recoveredWith: PENDING };
  }
  const before = await previous();
  if (before !== undefined && usable(before)) {
    const rescued = await attempt(asIn(current, before));
    if (rescued !== undefined) return { session: rescued, value: before, recoveredWith: PREVIOUS };
  }
  for await (const old of forgotten()) {
    if (!usable(old)) continue;
    const rescued = await attempt(asIn(current, old));
    if (rescued !== undefined) return { session: rescued, value: old, recoveredWith: 'a version without a label' };
  }
  throw new LockedOutError(`no stored version opens ${engine.name} at ${current.host} as ${current.username}`, {
    hint: `see that ${current.username} is neither locked nor expired; else reset its password by hand, store it with put-secret-value, rotate again`,
  });
}

/** A session, or undefined when this login is refused. Any other trouble is not about the password, and ends the step. */
async function opened(
  engine: DatabaseEngine,
  login: DatabaseSecret,
  ctx: RotationContext,
): Promise<DatabaseSession | undefined> {
  try {
    return await engine.connect(login, ctx);
  } catch (error) {
    if (error instanceof AuthenticationError) return undefined;
    throw error;
  }
}

/** An older value's password, with the connection settings (ssl, dbname) that hold today. */
function asIn(current: DatabaseSecret, older: DatabaseSecret): DatabaseSecret {
  return { ...current, password: older.password };
}
