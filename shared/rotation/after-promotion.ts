/** What follows a promotion. All of it is repeated until somebody has got to the end, and may be. */
import type { Rotation } from './rotation.ts';
import { readCurrent, readPrevious } from './values.ts';

/** Before anybody is told of success. */
export async function copied<S extends object>({ versions, ctx }: Rotation<S>): Promise<void> {
  await versions.copy?.(ctx.secretId, ctx.token);
}

export async function settle<S extends object>({ strategy, versions, ctx }: Rotation<S>): Promise<void> {
  if (strategy.settle === undefined) return;
  const [current, previous] = await Promise.all([
    readCurrent(strategy, versions, ctx, ctx.token),
    readPrevious(strategy, versions, ctx),
  ]);
  const named = () => readCurrent(strategy, versions, ctx);
  await strategy.settle(previous === undefined ? { current } : { current, previous }, ctx, named);
}
