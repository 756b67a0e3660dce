/**
 * One user with two passwords: the previous one stays valid until the rotation after. No outage, and no superuser.
 * For servers with dual passwords, such as MySQL: docs/engines/mysql.md
 */

import { PermissionError } from '../../rotation/errors.ts';
import { DAY } from '../../rotation/pause.ts';
import { NEXT_ROTATION_ENDS_IT, revokeChoice } from '../../rotation/revoke-choice.ts';
import type { RotationStrategy } from '../../rotation/strategy.ts';
import { PENDING } from '../../rotation/versions.ts';
import type { DatabaseEngine, DatabaseSession } from '../engine.ts';
import { withSession } from '../engine.ts';
import { generatePassword } from '../password.ts';
import type { DatabaseLogin, DatabaseSecret } from '../secret.ts';
import { databaseSecretSchema } from '../secret.ts';
import { proveLogin } from './prove-login.ts';
import type { StoredValues } from './stored-login.ts';
import { olderPasswords, openStored } from './stored-login.ts';

export function dualPasswordStrategy(engine: DatabaseEngine): RotationStrategy<DatabaseSecret> {
  return {
    name: 'dual-password',
    system: engine.name,
    schema: databaseSecretSchema({ accepts: engine.accepts }),
    readsTags: true,
    outage: 'none',
    cutover: 'set',

    async create({ current }, ctx) {
      revokeChoice(current.original, ctx);
      return { ...current, password: generatePassword(engine.password, ctx.password) };
    },

    /**
     * Nothing to undo: AWSCURRENT works beside the pending value until the set of another rotation. Its earlier end is asked for
     * before anything is changed, and comes to nothing if this rotation is not promoted by then.
     */
    async set(secrets, ctx) {
      const { after } = revokeChoice(secrets.current.original, ctx);
      if (after !== undefined) await ctx.later?.(new Date(Date.now() + after));
      const { session, value: _, ...recovery } = await openStored(engine, secrets, ctx);
      try {
        if (recovery.recoveredWith !== PENDING) await addPassword(session, secrets, engine);
      } finally {
        await session.close();
      }
      return { ...recovery, close: async () => {} };
    },

    test: ({ pending }, ctx) => proveLogin(engine, pending, ctx),

    async check({ current }, ctx) {
      ctx.looksAt?.('change');
      revokeChoice(current.original, ctx);
      generatePassword(engine.password, ctx.password);
      await withSession(engine, current, ctx, async ({ addPassword }) => {
        if (addPassword === undefined) throw noDualPasswords(engine, current);
      });
    },

    async revoke({ current }, ctx) {
      if (revokeChoice(current.original, ctx).after === undefined) return { because: NEXT_ROTATION_ENDS_IT };
      const isDone = await withSession(engine, current, ctx, async (session) => {
        if (session.discardOldPassword === undefined) throw noDualPasswords(engine, current);
        return session.discardOldPassword();
      });
      if (isDone) return undefined;
      const because = 'AWSCURRENT is the older of two passwords: a rotation is under way, or a label was moved by hand';
      return { until: new Date(Date.now() + DAY), because };
    },
  };
}

async function addPassword(session: DatabaseSession, secrets: StoredValues, engine: DatabaseEngine): Promise<void> {
  const { pending } = secrets;
  if (session.addPassword === undefined) throw noDualPasswords(engine, pending);
  await session.addPassword(pending.password, () => olderPasswords(engine, pending, secrets));
}

function noDualPasswords(engine: DatabaseEngine, { host }: DatabaseLogin): PermissionError {
  return new PermissionError(`the ${engine.name} server at ${host} has no dual passwords`, {
    hint: 'use the single-user or the alternating-users function for this secret; the page of the engine names the versions',
  });
}
