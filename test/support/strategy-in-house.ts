/** The strategy suite in a house: a server and a sandbox that the worlds of a test file share. */
import type { Sandbox } from '../../local/sandbox.ts';
import type { DatabaseEngine } from '../../shared/databases/engine.ts';
import type { DatabaseSecret } from '../../shared/databases/secret.ts';
import type { SuperuserSource } from '../../shared/databases/strategies/superuser-source.ts';
import type { RotationStrategy } from '../../shared/rotation/strategy.ts';
import type { StrategySuite } from '../conformance/strategy.case.ts';
import { describeStrategy } from '../conformance/strategy.case.ts';
import type { DatabaseWorld } from '../conformance/world.ts';

type Make = (engine: DatabaseEngine, source: SuperuserSource) => RotationStrategy<DatabaseSecret>;

export function describeStrategyIn(
  { sandbox, world }: { readonly sandbox: Sandbox; world(strategy: Make): Promise<DatabaseWorld> },
  strategy: Make,
  suite: Omit<StrategySuite, 'world' | 'lag'>,
): void {
  describeStrategy({
    ...suite,
    world: () => {
      sandbox.faults.staleReads = 0;
      return world(strategy);
    },
    lag: (_world, reads) => {
      sandbox.faults.staleReads = reads;
    },
  });
}
