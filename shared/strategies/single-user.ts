/** One user changes its own password. AWSCURRENT is refused for the tens of milliseconds of the cut-over. */
import type { DatabaseEngine, TakeBack } from '../engines/engine.ts';
import type { RotationStrategy } from '../rotation/strategy.ts';
import { PENDING } from '../rotation/versions.ts';
import type { DatabaseSecret } from '../secrets/database-secret.ts';
import { databaseSecretSchema } from '../secrets/database-secret.ts';
import { generatePassword } from '../secrets/password.ts';
import { isSeenToOpen, proveLogin } from './prove-login.ts';
import { openStored } from './stored-login.ts';

export function singleUserStrategy(engine: DatabaseEngine): RotationStrategy<DatabaseSecret> {
  return {
    name: 'single-user',
    system: engine.name,
    schema: databaseSecretSchema({ accepts: engine.accepts }),
    outage: 'brief',
    cutover: 'set',

    create: async ({ current }, ctx) => ({ ...current, password: generatePassword(engine.password, ctx.password) }),

    async set(secrets, ctx) {
      const { username, password } = secrets.pending;
      const { session, value, ...recovery } = await openStored(engine, secrets, ctx);
      const open = { ...recovery, close: () => session.close() };
      if (recovery.recoveredWith === PENDING) return open;
      let undo: TakeBack;
      try {
        undo = await session.setPassword(username, password);
      } catch (error) {
        await session.close();
        throw error;
      }
      if (!session.exclusive) return { ...open, undo, reopens: () => isSeenToOpen(engine, value, ctx) };
      await session.close();
      return { ...recovery, close: async () => {} };
    },

    test: ({ pending }, ctx) => proveLogin(engine, pending, ctx),
  };
}
