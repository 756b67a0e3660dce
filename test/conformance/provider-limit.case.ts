/** The provider suite: no slot is free for another key. A configuration check knows it wherever the vendor tells it without one. */
import { expect } from 'vitest';
import type { KeyWorld } from '../support/key-world.ts';
import { configurationCheck } from './rotate.ts';

export const NO_SLOT = 'names the keys when no slot is free, and the command that frees one';

/** `limitUntold` is why a check cannot know. */
export async function namesTheKeys(
  limitUntold: string | undefined,
  here: KeyWorld,
  failure: (here: KeyWorld) => Promise<Error & { code?: string; retryable?: boolean }>,
): Promise<void> {
  const { fill } = here.double;
  if (fill === undefined) return expect.unreachable('give the double fill(), or skip with HAS_NO_LIMIT');
  fill();
  const before = here.double.live();

  const checked = await configurationCheck(here).then(
    ({ reports }) => ({ reports }),
    ({ code }) => ({ code }),
  );
  await here.store.abandon();
  const error = await failure(here);

  expect(checked, limitUntold).toEqual(limitUntold === undefined ? { code: 'KEY_LIMIT' } : { reports: ['checked'] });
  expect(error).toMatchObject({ code: 'KEY_LIMIT', retryable: false });
  expect(error.message).toMatch(/beside key \S+/);
  expect(here.double.live()).toEqual(before);
}
