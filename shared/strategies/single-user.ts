/** One user changes its own password. AWSCURRENT is refused for the tens of milliseconds of the cut-over. */
import type { DatabaseEngine, DatabaseSession } from '../engines/engine.ts';
import { AuthenticationError, LockedOutError } from '../rotation/errors.ts';
import type { Change, RotationContext, RotationStrategy } from '../rotation/strategy.ts';
import { PENDING, PREVIOUS } from '../rotation/versions.ts';
import type { DatabaseSecret } from '../secrets/database-secret.ts';
import { databaseSecretSchema } from '../secrets/database-secret.ts';
import { generatePassword } from '../secrets/password.ts';
import { requireSameTarget, samePlace } from './same-place.ts';

export function singleUserStrategy(engine: DatabaseEngine): RotationStrategy<DatabaseSecret> {
  return {
    name: 'single-user',
    system: engine.name,
    schema: databaseSecretSchema({ accepts: engine.accepts }),
    outage: 'brief',
    cutover: 'set',

    create: async ({ current }, ctx) => ({ ...current, password: generatePassword(engine.password, ctx.password) }),

    async set({ pending, current, previous, forgotten }, ctx) {
      requireSameTarget(engine, pending, current, current.username);
      const usable = (value: DatabaseSecret) =>
        value.username === current.username && samePlace(engine, value, current);

      const session = await attempt(engine, current, ctx);
      if (session !== undefined) return change(session, pending, current);
      ctx.log('AWSCURRENT is refused, trying what else is stored');

      const early = await attempt(engine, pending, ctx);
      if (early !== undefined) {
        ctx.log('pending already accepted, nothing to set');
        return { recoveredWith: PENDING, close: () => early.close() };
      }
      const before = await previous();
      if (before !== undefined && usable(before)) {
        const rescued = await attempt(engine, asIn(current, before), ctx);
        if (rescued !== undefined) return change(rescued, pending, before, PREVIOUS);
      }
      for await (const old of forgotten()) {
        if (!usable(old)) continue;
        const rescued = await attempt(engine, asIn(current, old), ctx);
        if (rescued !== undefined) return change(rescued, pending, old, 'a version without a label');
      }
      throw new LockedOutError(`no stored version opens ${engine.name} at ${current.host} as ${current.username}`, {
        hint: `see that ${current.username} is neither locked nor expired; else reset its password by hand, store it with put-secret-value, rotate again`,
      });
    },

    async test({ pending }, ctx) {
      const session = await engine.connect(pending, ctx);
      try {
        await session.ping();
      } finally {
        await session.close();
      }
    },
  };
}

/** A session, or undefined when this login is refused. Any other trouble is not about the password, and ends the step. */
async function attempt(
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

async function change(
  session: DatabaseSession,
  pending: DatabaseSecret,
  working: DatabaseSecret,
  recoveredWith?: string,
): Promise<Change> {
  try {
    await session.setPassword(pending.username, pending.password);
  } catch (error) {
    await session.close();
    throw error;
  }
  const recovered = recoveredWith === undefined ? {} : { recoveredWith };
  if (session.exclusive) {
    await session.close();
    return { ...recovered, close: async () => {} };
  }
  return {
    ...recovered,
    undo: () => session.setPassword(pending.username, working.password),
    close: () => session.close(),
  };
}
