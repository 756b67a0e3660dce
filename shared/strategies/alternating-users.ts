/** Two users take turns, so AWSCURRENT works at every moment. A superuser makes the other one ready. */
import type { DatabaseEngine } from '../engines/engine.ts';
import { AuthenticationError, PermissionError } from '../rotation/errors.ts';
import { patiently } from '../rotation/patience.ts';
import type { RotationContext, RotationStrategy } from '../rotation/strategy.ts';
import type { DatabaseSecret } from '../secrets/database-secret.ts';
import { databaseSecretSchema } from '../secrets/database-secret.ts';
import { generatePassword } from '../secrets/password.ts';
import { requireSameTarget, samePlace } from './same-place.ts';
import type { SuperuserSource } from './superuser-source.ts';

/** A replica shows a new password when it has replayed it. Milliseconds; used only when the superuser is elsewhere. */
const REPLICA_PAUSES = [100, 200, 400, 800, 1600, 3200];

export function alternatingUsersStrategy(
  engine: DatabaseEngine,
  source: SuperuserSource,
): RotationStrategy<DatabaseSecret> {
  return {
    name: 'alternating-users',
    system: engine.name,
    schema: databaseSecretSchema({ accepts: engine.accepts, needsSuperuser: true }),
    outage: 'none',
    cutover: 'set',

    create: async ({ current }, ctx) => ({
      ...current,
      username: engine.counterpart(current.username),
      password: generatePassword(engine.password, ctx.password),
    }),

    async set({ pending, current }, ctx) {
      requireSameTarget(engine, pending, current, engine.counterpart(current.username));
      // Proves that whoever wrote this secret knows the user, before a superuser acts on its word.
      await (await engine.connect(current, ctx)).close();

      const superuser = await source.superuserFor(current, engine, ctx);
      ctx.redact.add(superuser.password);
      const session = await asSuperuser(engine, superuser, ctx);
      try {
        await session.cloneUser(current.username, pending.username, pending.password);
      } finally {
        await session.close();
      }
      ctx.log('the other user is in line', { username: pending.username });
      if (!samePlace(engine, superuser, current)) await replayed(engine, pending, ctx);
      return { close: async () => {} };
    },

    async test({ pending, current }, ctx) {
      const may = await privilegesOf(engine, pending, ctx);
      if (pending.username === current.username) return;
      const should = await privilegesOf(engine, current, ctx);
      const surplus = may.filter((line) => !should.includes(line));
      const missing = should.filter((line) => !may.includes(line));
      if (surplus.length + missing.length === 0) return;
      throw new PermissionError(
        `${pending.username} and ${current.username} may do different things: ${told(missing, surplus)}`,
        {
          code: 'PRIVILEGES_DIFFER',
          hint: 'give both the same rights (the page of the engine tells how), then rotate again',
        },
      );
    },
  };
}

/** A refused superuser is nothing that another login could mend, so it is not an AuthenticationError of this secret. */
async function asSuperuser(engine: DatabaseEngine, superuser: DatabaseSecret, ctx: RotationContext) {
  try {
    return await engine.connect(superuser, ctx);
  } catch (error) {
    if (!(error instanceof AuthenticationError)) throw error;
    throw new PermissionError(`the superuser secret does not open ${engine.name} at ${superuser.host}: ${error.fact}`, {
      hint: 'store the password that works in the secret that masterarn names, then rotate again',
      cause: error,
    });
  }
}

async function privilegesOf(engine: DatabaseEngine, login: DatabaseSecret, ctx: RotationContext) {
  const session = await engine.connect(login, ctx);
  try {
    return await session.privileges();
  } finally {
    await session.close();
  }
}

async function replayed(engine: DatabaseEngine, pending: DatabaseSecret, ctx: RotationContext): Promise<void> {
  const opens = async () => {
    try {
      await (await engine.connect(pending, ctx)).close();
      return true;
    } catch (error) {
      if (error instanceof AuthenticationError) return false;
      throw error;
    }
  };
  await patiently(opens, (yes) => yes, REPLICA_PAUSES, ctx.signal);
}

/** The first few lines of each kind: an error is read on a telephone. */
function told(missing: readonly string[], surplus: readonly string[]): string {
  const few = (lines: readonly string[]) =>
    `${lines.slice(0, 3).join(', ')}${lines.length > 3 ? ` and ${lines.length - 3} more` : ''}`;
  return [
    ...(missing.length > 0 ? [`missing ${few(missing)}`] : []),
    ...(surplus.length > 0 ? [`surplus ${few(surplus)}`] : []),
  ].join('; ');
}
