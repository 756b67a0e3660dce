/** One user changes its own password. AWSCURRENT is refused for the tens of milliseconds of the cut-over. */

import type { RotationStrategy } from '../../rotation/strategy.ts';
import { PENDING } from '../../rotation/versions.ts';
import type { DatabaseEngine, TakeBack } from '../engine.ts';
import { withSession } from '../engine.ts';
import { generatePassword } from '../password.ts';
import type { DatabaseSecret } from '../secret.ts';
import { databaseSecretSchema } from '../secret.ts';
import { proveLogin, undoing } from './prove-login.ts';
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
      let takeBack: TakeBack | undefined;
      try {
        // There is nothing to set; but another delivery that has just set it may be about to take it back.
        if (recovery.recoveredWith === PENDING) await session.holdCutOver?.(username);
        else takeBack = await session.setPassword(username, password);
      } catch (error) {
        await session.close();
        throw error;
      }
      const mayStay = takeBack !== undefined || session.holdCutOver !== undefined;
      if (!session.exclusive && mayStay) {
        return {
          ...recovery,
          ...(takeBack && undoing(engine, takeBack, value, ctx)),
          close: () => session.close(),
        };
      }
      // The account may have room for no session beside the one that proves it.
      await session.close();
      return { ...recovery, close: async () => {} };
    },

    test: ({ pending }, ctx) => proveLogin(engine, pending, ctx),

    async check({ current }, ctx) {
      ctx.looksAt?.('change');
      const password = generatePassword(engine.password, ctx.password);
      await withSession(engine, current, ctx, async ({ rehearsal }) =>
        rehearsal?.setPassword?.(current.username, password),
      );
    },
  };
}
