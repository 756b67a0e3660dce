/** The provider suite: rotations and rollbacks, also those that are killed. AWSPREVIOUS is brought back while it lives, or can be made to. Part of `describeProvider`. */
import { expect, it } from 'vitest';
import type { AcceptingProvider, IssuingProvider, KeySecret } from '../../shared/keys/provider.ts';
import type { KeyWorld } from '../support/key-world.ts';
import { byLabel } from '../support/store.ts';
import { openLabels, rollback, step, wholeRotation } from './rotate.ts';
import type { CrashSuite } from './strategy-crashes.case.ts';
import { describeCrashes, describeFailures } from './strategy-crashes.case.ts';
import { describeRaces } from './strategy-races.case.ts';
import { describeRollbackCrashes } from './strategy-rollbacks.case.ts';

type Suite = Omit<CrashSuite<KeySecret>, 'world'> & { world(): Promise<KeyWorld> };

export function describeProviderCrashes(suite: Suite, provider: IssuingProvider | AcceptingProvider): void {
  describeCrashes(suite);
  describeFailures(suite);

  it('rolls back to AWSPREVIOUS, and then rotates', async () => {
    const here = await suite.world();
    await wholeRotation(here);
    const { AWSCURRENT, AWSPREVIOUS } = await byLabel(here.store);

    await rollback(here);
    const back = [await byLabel(here.store), await openLabels(here)];
    const { token } = await wholeRotation(here);

    const swapped = { AWSCURRENT: AWSPREVIOUS, AWSPREVIOUS: AWSCURRENT };
    expect(back).toEqual([swapped, expect.arrayContaining(['AWSCURRENT'])]);
    expect((await byLabel(here.store)).AWSCURRENT).toBe(token);
    expect(await openLabels(here)).toContain('AWSCURRENT');
  });

  it('rolls back to no key that was revoked, unless the provider takes its value again', async () => {
    const here = await suite.world();
    const { token } = await wholeRotation(here);
    await step(here, token, 'revokePrevious', { asked: 'revokePrevious' });
    const before = await byLabel(here.store);

    const outcome = await rollback(here).then(
      ({ answer }) => answer?.outcome,
      (error) => error.code,
    );

    const isIssued = 'issue' in provider;
    expect(outcome).toBe(isIssued ? 'PREVIOUS_UNUSABLE' : 'succeeded');
    if (isIssued) expect(await byLabel(here.store)).toEqual(before);
    expect(await openLabels(here)).toContain('AWSCURRENT');
  });

  describeRollbackCrashes(suite);
  describeRaces(suite);
}
