/** The provider suite: a rotation is not the user that it finds. Part of `describeProvider`. */
import { expect, vi } from 'vitest';
import type { KeyWorld } from '../support/key-world.ts';
import { byLabel, labelled } from '../support/store.ts';
import { wholeRotation } from './rotate.ts';

export const NO_OWN_USE = 'does not use the previous key itself before it says that somebody does';
export const PLAYS_NO_USE = 'give the double use(), or skip with TELLS_NO_USE';

const HOUR = 3_600_000;

/** Stopped by somebody's use 19 hours ago, it goes on 8 hours later: it has added none. */
export async function addsNoUse(
  here: KeyWorld,
  failure: (here: KeyWorld) => Promise<{ code?: string }>,
): Promise<void> {
  const { use } = here.double;
  if (use === undefined) return expect.unreachable(PLAYS_NO_USE);
  await wholeRotation(here);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * HOUR });
  use((await labelled(here.store, 'AWSPREVIOUS')) ?? {});
  vi.setSystemTime(Date.now() + 20 * HOUR);
  const { code } = await failure(here);
  await here.store.abandon();

  vi.setSystemTime(Date.now() + 8 * HOUR);
  const { token } = await wholeRotation(here);

  expect([code, (await byLabel(here.store)).AWSCURRENT]).toEqual(['KEY_IN_USE', token]);
}
