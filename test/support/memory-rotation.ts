/** A rotation in memory that has come as far as its pending value. */

import { singleUserStrategy } from '../../shared/databases/strategies/single-user.ts';
import type { Rotation } from '../../shared/rotation/rotation.ts';
import { step } from '../conformance/rotate.ts';
import type { MemoryWorld } from './memory-world.ts';
import { changed, memoryWorld } from './memory-world.ts';
import { labelled } from './store.ts';

export type Progress = Rotation<object>['progress'];

export async function begun(here = memoryWorld(singleUserStrategy)) {
  const token = await here.store.begin();
  await step(here, token, 'createSecret');
  const pending = String((await labelled(here.store, 'AWSPENDING'))?.password);
  const progress: Progress = { working: 'unknown' };
  return { here, token, pending, progress, password: () => here.server.users.get('app')?.password };
}

/** The same world, in which no new credential is proven. */
export const failing = (here: MemoryWorld, error: Error) =>
  changed(here, () => ({ test: () => Promise.reject(error) }));
