/** testSecret. Alone, with a pending value that is the current one, it is a configuration check: nothing rotates. */
import { unlessPromoted } from './cut-over.ts';
import { AuthenticationError } from './errors.ts';
import type { Rotation } from './rotation.ts';
import { readBoth, readForgotten, readPrevious, requireCopies } from './values.ts';
import type { SecretDescription } from './versions.ts';
import { CURRENT, holder } from './versions.ts';

export async function testPending<S extends object>(
  { labels }: SecretDescription,
  rotation: Rotation<S>,
): Promise<void> {
  await unlessPromoted(rotation, async () => {
    const { strategy, versions, ctx } = rotation;
    const [pending, current] = await readBoth(strategy, versions, ctx, holder(labels, CURRENT));
    if (JSON.stringify(pending) === JSON.stringify(current)) return checkConfiguration(current, rotation);
    await strategy.test({ pending, current }, ctx);
    ctx.log('pending value tested');
  });
}

/** Nobody waits for it, so it may look further than a rotation does. There is one value, and nothing that could have been changed. */
async function checkConfiguration<S extends object>(current: S, rotation: Rotation<S>): Promise<void> {
  const { ctx } = rotation;
  await lookedOver(current, rotation);
  ctx.log('the configuration was checked, and nothing was changed');
  await rotation.report({ outcome: 'checked' });
}

/** Looks at what a rotation needs of the value, the system and the places that copies go to. Changes nothing; throws what a rotation would. */
export async function lookedOver<S extends object>(current: S, rotation: Rotation<S>): Promise<void> {
  const { strategy, versions, ctx, progress } = rotation;
  progress.working = CURRENT;
  ctx.looksAt?.('login');
  try {
    await strategy.test({ pending: current, current }, ctx);
  } catch (error) {
    if (error instanceof AuthenticationError) progress.working = 'unknown';
    throw error;
  }
  ctx.looksAt?.('copies');
  await requireCopies(current, strategy, versions, ctx);
  const older = {
    previous: () => readPrevious(strategy, versions, ctx),
    forgotten: () => readForgotten(strategy, versions, ctx),
  };
  await strategy.check?.({ current, ...older }, ctx);
}
