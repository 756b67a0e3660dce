/** A fresh key may be refused until it has spread at the provider: it is tried again before it is called dead. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { AcceptingProvider, Access, IssuingProvider, KeySecret } from '../../providers/provider.ts';
import { AuthenticationError } from '../../rotation/errors.ts';

/** Throws AuthenticationError when the key is still refused after the provider's `spreadMs`. */
export async function verified(
  provider: IssuingProvider | AcceptingProvider,
  secret: KeySecret,
  access: Access,
): Promise<void> {
  const { ctx } = access;
  const until = performance.now() + provider.spreadMs;
  for (let pause = 100; ; pause = Math.min(pause * 2, 3000)) {
    try {
      return await provider.verify(secret, access);
    } catch (error) {
      if (!(error instanceof AuthenticationError)) throw error;
      if (performance.now() + pause > until) throw refused(error, access);
    }
    ctx.log('the key is refused, it may not have spread yet', { provider: provider.name, pauseMs: pause });
    await sleep(pause, undefined, { signal: ctx.signal }).catch(() => ctx.signal.throwIfAborted());
  }
}

function refused({ fact, cause }: AuthenticationError, { ctx }: Access): AuthenticationError {
  return new AuthenticationError(fact, {
    hint: `repeat it; if somebody revoked the pending key, take AWSPENDING off version ${ctx.token} and rotate again`,
    cause,
  });
}
