/**
 * One user keeps its name, and a superuser sets its password: for servers where users may not change their own.
 * AWSCURRENT is refused for the tens of milliseconds of the cut-over, as with a single user.
 */

import { InvalidSecretError } from '../../rotation/errors.ts';
import type { RotationStrategy } from '../../rotation/strategy.ts';
import { PENDING } from '../../rotation/versions.ts';
import type { DatabaseEngine, Rehearsal } from '../engine.ts';
import { generatePassword } from '../password.ts';
import { requireSameTarget, samePlace } from '../place.ts';
import type { DatabaseLogin, DatabaseSecret } from '../secret.ts';
import { databaseSecretSchema } from '../secret.ts';
import { proveLogin, undoing } from './prove-login.ts';
import { replayed } from './replayed.ts';
import { openStored } from './stored-login.ts';
import { checkSuperuser, connectSuperuser } from './superuser-session.ts';
import type { SuperuserSource } from './superuser-source.ts';

export function superuserSetStrategy(
  engine: DatabaseEngine,
  source: SuperuserSource,
): RotationStrategy<DatabaseSecret> {
  return {
    name: 'superuser-set',
    system: engine.name,
    schema: databaseSecretSchema({ accepts: engine.accepts, needsSuperuser: true }),
    outage: 'brief',
    cutover: 'set',

    create: async ({ current }, ctx) => ({ ...current, password: generatePassword(engine.password, ctx.password) }),

    /**
     * A stored value must log in before the superuser changes anything. The superuser could repair a lock-out, but then whoever
     * may write a secret could name any user in it and be given its password. Where the superuser can look which value will be
     * let in, no other is tried: an account may be locked by one refused login.
     */
    async set(secrets, ctx) {
      const { pending, current } = secrets;
      requireSameTarget(engine, pending, current, current.username);
      const superuser = await source.superuserFor(current, engine, ctx);
      requireAnotherUser(superuser, current);
      const session = await connectSuperuser(engine, superuser, current.masterarn, ctx);
      const onPrimary = samePlace(engine, superuser, current);
      try {
        const opens = onPrimary ? session.opens?.bind(session) : undefined;
        const { session: own, value, ...recovery } = await openStored(engine, secrets, ctx, opens);
        await own.close();
        const close = () => session.close();
        if (recovery.recoveredWith === PENDING) {
          // Another delivery that has just set it may be about to take it back.
          await session.holdCutOver?.(pending.username);
          return { ...recovery, close };
        }

        const takeBack = await session.setPassword(pending.username, pending.password, own.proven);
        ctx.log('the superuser set the password', { username: pending.username });
        return {
          ...recovery,
          ...undoing(engine, takeBack, value, ctx),
          ...(!onPrimary && { inForce: () => replayed(engine, pending, ctx) }),
          close,
        };
      } catch (error) {
        await session.close();
        throw error;
      }
    },

    test: ({ pending }, ctx) => proveLogin(engine, pending, ctx),

    async check({ current }, ctx) {
      ctx.looksAt?.('superuser');
      const superuser = await source.superuserFor(current, engine, ctx);
      requireAnotherUser(superuser, current);
      const password = generatePassword(engine.password, ctx.password);
      const rehearse = (rehearsal: Rehearsal) => rehearsal.setPassword?.(current.username, password);
      await checkSuperuser(engine, superuser, { masterarn: current.masterarn, rehearse }, ctx);
    },
  };
}

/** The superuser's own secret would be wrong afterwards. */
function requireAnotherUser(superuser: DatabaseLogin, current: DatabaseLogin): void {
  if (superuser.username !== current.username) return;
  throw new InvalidSecretError(`the superuser secret and the rotated secret are both for user ${current.username}`, {
    hint: 'name another superuser in field masterarn, or rotate this user with the single-user function',
  });
}
