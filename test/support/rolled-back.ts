/** What tests of rollbacks begin with. */
import { singleUserStrategy } from '../../shared/databases/strategies/single-user.ts';
import type { Rotation } from '../../shared/rotation/rotation.ts';
import type { SecretVersions } from '../../shared/rotation/versions.ts';
import { wholeRotation } from '../conformance/rotate.ts';
import { type MemoryWorld, memoryWorld } from './memory-world.ts';
import { byLabel, labelled } from './store.ts';

export type Progress = Rotation<object>['progress'];

/** A secret that was rotated once: something is there to go back to. */
export async function rotated(strategy: Parameters<typeof memoryWorld>[0] = singleUserStrategy) {
  const here = memoryWorld(strategy);
  await wholeRotation(here);
  const labels = await byLabel(here.store);
  const progress: Progress = { working: 'AWSCURRENT' };
  return { here, labels, progress };
}

export const passwordOf = async (here: MemoryWorld, label: string) =>
  String((await labelled(here.store, label))?.password);

/** Its store can do this, too. */
export const storing = <W extends MemoryWorld>(here: W, more: Partial<SecretVersions>): W => ({
  ...here,
  versions: () => ({ ...here.store.versions, ...more }),
});

export const failsWith = (error: Error) => () => ({ set: () => Promise.reject(error) });
