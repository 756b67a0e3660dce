/**
 * One user with two passwords: the one before stays valid until the rotation after. No outage, and no superuser.
 * For servers with dual passwords, such as MySQL: docs/engines/mysql.md
 */
import type { DatabaseEngine, DatabaseSession } from '../engines/engine.ts';
import { PermissionError } from '../rotation/errors.ts';
import type { RotationStrategy } from '../rotation/strategy.ts';
import { PENDING } from '../rotation/versions.ts';
import type { DatabaseSecret } from '../secrets/database-secret.ts';
import { databaseSecretSchema } from '../secrets/database-secret.ts';
import { generatePassword } from '../secrets/password.ts';
import { proveLogin } from './prove-login.ts';
import { openStored } from './stored-login.ts';

export function dualPasswordStrategy(engine: DatabaseEngine): RotationStrategy<DatabaseSecret> {
  return {
    name: 'dual-password',
    system: engine.name,
    schema: databaseSecretSchema({ accepts: engine.accepts }),
    outage: 'none',
    cutover: 'set',

    create: async ({ current }, ctx) => ({ ...current, password: generatePassword(engine.password, ctx.password) }),

    /** Nothing to undo: AWSCURRENT works beside the pending value until the set of another rotation. */
    async set(secrets, ctx) {
      const { session, value: _, ...recovery } = await openStored(engine, secrets, ctx);
      try {
        if (recovery.recoveredWith !== PENDING) await addPassword(session, secrets.pending, engine);
      } finally {
        await session.close();
      }
      return { ...recovery, close: async () => {} };
    },

    test: ({ pending }, ctx) => proveLogin(engine, pending, ctx),
  };
}

async function addPassword(session: DatabaseSession, { host, password }: DatabaseSecret, engine: DatabaseEngine) {
  if (session.addPassword !== undefined) return session.addPassword(password);
  throw new PermissionError(`the ${engine.name} server at ${host} has no dual passwords`, {
    hint: 'use the single-user or the alternating-users function for this secret; the page of the engine names the versions',
  });
}
