import type { RotationContext } from '../../rotation/strategy.ts';
import type { DatabaseEngine } from '../engine.ts';
import { withSession } from '../engine.ts';
import type { DatabaseSecret } from '../secret.ts';

/** Logs in, asks something trivial, and leaves. Throws what `connect` throws. */
export async function proveLogin(engine: DatabaseEngine, login: DatabaseSecret, ctx: RotationContext): Promise<void> {
  await withSession(engine, login, ctx, (session) => session.ping());
}

/** Does this value log in, as far as can be seen now? For what people are told after a change was taken back. Never throws. */
export async function isSeenToOpen(
  engine: DatabaseEngine,
  login: DatabaseSecret,
  ctx: RotationContext,
): Promise<boolean> {
  try {
    await proveLogin(engine, login, ctx);
    return true;
  } catch (error) {
    ctx.log('what was put back is not seen to open the system', { code: ctx.redact.error(error).code });
    return false;
  }
}
