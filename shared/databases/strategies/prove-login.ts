import type { Change, RotationContext } from '../../rotation/strategy.ts';
import type { DatabaseEngine, TakeBack } from '../engine.ts';
import { withSession } from '../engine.ts';
import type { DatabaseLogin } from '../secret.ts';

/** Logs in, asks something trivial, and leaves. Throws what `connect` throws. */
export async function proveLogin(engine: DatabaseEngine, login: DatabaseLogin, ctx: RotationContext): Promise<void> {
  await withSession(engine, login, ctx, (session) => session.ping());
}

/** For a change that a session has made: how to take it back, and how to see that it was. */
export function undoing(
  engine: DatabaseEngine,
  takeBack: TakeBack,
  value: DatabaseLogin,
  ctx: RotationContext,
): Required<Pick<Change, 'undo' | 'reopens'>> {
  return {
    undo: () => takeBack(),
    async reopens() {
      if (await isSeenToOpen(engine, value, ctx)) return true;
      if (takeBack.otherwise === undefined) return false;
      ctx.log('it is put back in another form');
      return takeBack.otherwise().then(
        () => isSeenToOpen(engine, value, ctx),
        () => false,
      );
    },
  };
}

/** Does this value log in, as far as can be seen now? For what people are told after a change was taken back. Never throws. */
export async function isSeenToOpen(
  engine: DatabaseEngine,
  login: DatabaseLogin,
  ctx: RotationContext,
): Promise<boolean> {
  try {
    await proveLogin(engine, login, { ...ctx, awake: true });
    return true;
  } catch (error) {
    ctx.log('what was put back is not seen to open the system', { code: ctx.redact.error(error).code });
    return false;
  }
}
