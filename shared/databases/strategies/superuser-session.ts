import { AuthenticationError, PermissionError } from '../../rotation/errors.ts';
import type { RotationContext } from '../../rotation/strategy.ts';
import type { DatabaseEngine, DatabaseSession, Rehearsal } from '../engine.ts';
import { withEndsTold } from '../engine.ts';
import type { DatabaseLogin } from '../secret.ts';

/** `masterarn` is the secret that it is from. A refused superuser is nothing that another login could mend, so it is not an AuthenticationError of the rotated secret. */
export async function connectSuperuser(
  engine: DatabaseEngine,
  superuser: DatabaseLogin,
  masterarn: string | undefined,
  ctx: RotationContext,
): Promise<DatabaseSession> {
  ctx.redact.add(superuser.password);
  try {
    return await engine.connect(superuser, ctx);
  } catch (error) {
    if (!(error instanceof AuthenticationError)) throw error;
    const isUnsupported = error.code === 'LOGIN_UNSUPPORTED';
    const refusal = new PermissionError(
      `the superuser secret does not open ${engine.name} at ${superuser.host}: ${error.fact}`,
      {
        ...(isUnsupported && { code: error.code }),
        hint: isUnsupported
          ? error.hint
          : 'store the password that works in the secret that masterarn names, then rotate again',
        ...(masterarn !== undefined && { about: masterarn }),
        cause: error,
      },
    );
    throw withEndsTold(refusal, superuser);
  }
}

/** For a configuration check: the superuser secret is there, is for this server, opens it, and may make the change. */
export async function checkSuperuser(
  engine: DatabaseEngine,
  superuser: DatabaseLogin,
  { masterarn, rehearse }: { masterarn: string | undefined; rehearse(rehearsal: Rehearsal): Promise<void> | undefined },
  ctx: RotationContext,
): Promise<void> {
  const session = await connectSuperuser(engine, superuser, masterarn, ctx);
  try {
    await session.ping();
    ctx.log('the superuser secret opens the server', { username: superuser.username });
    if (session.rehearsal === undefined) return;
    ctx.looksAt?.('change');
    await rehearse(session.rehearsal);
  } finally {
    await session.close();
  }
}
