/** The provider suite: a vendor's cap on the life of keys is kept. Part of `describeProvider`. */
import { expect } from 'vitest';
import type { KeyWorld } from '../support/key-world.ts';
import { labelled } from '../support/store.ts';
import { openLabels, wholeRotation } from './rotate.ts';
import type { Skip } from './skips.ts';

/** The field of the secret that asks for the life of the next key. */
export interface KeyLife {
  readonly field: string;
  /** Seconds in one of what stands there. */
  readonly unit: number;
}

export const CAP = "keeps to the vendor's cap on the life of keys, and names the field that asks for one";
export const hasNoCap = (reason: string): Skip => ({ test: CAP, reason });
/** For vendors that let keys live for ever. */
export const HAS_NO_END = hasNoCap('keys have no end there');

const DAY = 86_400;

/** Asks for longer than the vendor allows, and then for just as long. */
export async function keepsTheCap(
  life: KeyLife | undefined,
  here: KeyWorld,
  failure: (here: KeyWorld) => Promise<Error>,
): Promise<void> {
  if (life === undefined)
    return expect.unreachable('name the field that asks for a life, or skip with hasNoCap(reason) or HAS_NO_END');
  const { field, unit } = life;
  here.double.longestLife = 30 * DAY;
  const before = here.double.live();
  const ask = async (seconds: number) => {
    const current = await labelled(here.store, 'AWSCURRENT');
    await here.store.putCurrent(JSON.stringify({ ...current, [field]: seconds / unit }));
  };
  await ask(90 * DAY);

  const error = await failure(here);

  expect(error).toMatchObject({ retryable: false, hint: expect.stringContaining(field) });
  expect(here.double.live()).toEqual(before);
  await here.store.abandon();
  await ask(30 * DAY);
  await wholeRotation(here);
  expect(await openLabels(here)).toContain('AWSCURRENT');
  expect(here.double.live()).not.toEqual(before);
}
