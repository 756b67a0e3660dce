/** What must hold for every database engine. Run by the test files of test/shared/databases, on real servers where there are any. */

import { expect, it } from 'vitest';
import { describeConnecting } from './engine-connecting.case.ts';
import { describeHostile } from './engine-hostile.case.ts';
import type { EngineSuite } from './engine-kit.ts';
import { engineKit } from './engine-kit.ts';
import { describePairs } from './engine-pairs.case.ts';
import { describePasswords } from './engine-passwords.case.ts';
import { describeRehearsals } from './engine-rehearsals.case.ts';

export type { EngineServer, EngineSuite, HostileGround } from './engine-kit.ts';

export function describeEngine(suite: EngineSuite): void {
  const kit = engineKit(suite);
  describeConnecting(kit);
  describePasswords(kit);
  describePairs(kit);
  describeRehearsals(kit);
  describeHostile(kit);

  it(`engine ${suite.engine.name}: every skip names a test that exists`, () => {
    expect([...kit.unusedSkips]).toEqual([]);
  });
}
