import type { DatabaseEngine } from '../engines/engine.ts';
import type { RotationContext } from '../rotation/strategy.ts';
import type { DatabaseSecret } from '../secrets/database-secret.ts';

/** Logs in, asks something trivial, and leaves. Throws what `connect` throws. */
export async function proveLogin(engine: DatabaseEngine, login: DatabaseSecret, ctx: RotationContext): Promise<void> {
  const session = await engine.connect(login, ctx);
  try {
    await session.ping();
  } finally {
    await session.close();
  }
}
