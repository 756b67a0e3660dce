/** What a rotation left alive for its readers' sake, and how it ends. */
import { describe, expect, it } from 'vitest';
import type { Postponed, RotationStrategy } from '../../../shared/rotation/strategy.ts';
import type { DatabaseSecret } from '../../../shared/secrets/database-secret.ts';
import { singleUserStrategy } from '../../../shared/strategies/single-user.ts';
import type { CrashPlan } from '../../conformance/crash.ts';
import { step, wholeRotation } from '../../conformance/rotate.ts';
import { timelessContext } from '../../support/context.ts';
import { memoryWorld } from '../../support/memory-world.ts';
import { byLabel, labelled } from '../../support/store.ts';

function world(postponed?: Postponed) {
  const base = memoryWorld(singleUserStrategy);
  const revoked: { current: string; previous: string }[] = [];
  const asked: Date[] = [];
  const revoke: RotationStrategy<DatabaseSecret>['revoke'] = async ({ current, previous }) => {
    revoked.push({ current: current.password, previous: previous.password });
    return postponed;
  };
  return {
    ...base,
    revoked,
    asked,
    strategy: (plan: CrashPlan) => ({ ...base.strategy(plan), revoke }),
    context: (given: object) => timelessContext({ later: async (at) => void asked.push(at), ...given }),
  };
}

describe('revokePrevious', () => {
  it('ends what AWSPREVIOUS opens, by the word of AWSCURRENT, and tells', async () => {
    const here = world();
    const { token } = await wholeRotation(here);
    const [current, previous] = [await labelled(here.store, 'AWSCURRENT'), await labelled(here.store, 'AWSPREVIOUS')];

    const { reports } = await step(here, token, 'revokePrevious');

    expect(here.revoked).toEqual([{ current: current?.password, previous: previous?.password }]);
    expect(reports).toEqual(['revoked']);
  });

  it('leaves everything alone when a later rotation has taken over', async () => {
    const here = world();
    const { token } = await wholeRotation(here);
    await wholeRotation(here);

    const { reports } = await step(here, token, 'revokePrevious');

    expect(here.revoked).toEqual([]);
    expect(reports).toEqual([]);
  });

  it('leaves everything alone when there is no version with AWSPREVIOUS, and for a token of no version', async () => {
    const here = world();
    const [first = ''] = Object.keys(await here.store.labels());

    const of = [await step(here, first, 'revokePrevious'), await step(here, 'no-such-version', 'revokePrevious')];

    expect(here.revoked).toEqual([]);
    expect(of.map(({ reports }) => reports)).toEqual([[], []]);
  });

  it('leaves another version alone than the one that it was asked for', async () => {
    const here = world();
    const { token } = await wholeRotation(here);

    const { reports } = await step(here, token, 'revokePrevious', { revoking: 'a version of before' });

    expect(here.revoked).toEqual([]);
    expect(reports).toEqual([]);
  });

  it('reads AWSPREVIOUS by its version, so that the label moving meanwhile cannot end the wrong one', async () => {
    const here = world();
    const { token } = await wholeRotation(here);
    const { describe: look } = here.store.versions;
    here.store.versions.describe = async (id) => {
      const seen = await look(id);
      await here.store.putCurrent(JSON.stringify(await labelled(here.store, 'AWSCURRENT')));
      return seen;
    };

    const { reports } = await step(here, token, 'revokePrevious');

    expect(here.revoked).toEqual([]);
    expect(reports).toEqual([]);
  });

  it('says so when AWSPREVIOUS is not usable, instead of leaving it alone in silence', async () => {
    const here = world();
    await here.store.putCurrent('swordfish');
    await here.store.putCurrent(
      JSON.stringify({ engine: 'memory', host: 'h', username: 'app', password: 'first-password' }),
    );
    const token = (await byLabel(here.store)).AWSCURRENT ?? '';

    await expect(step(here, token, 'revokePrevious')).rejects.toMatchObject({ code: 'INVALID_SECRET' });

    expect(here.revoked).toEqual([]);
  });

  it('asks to be called again when it is still in use, and says by whom', async () => {
    const until = new Date('2026-12-01T00:00:00Z');
    const here = world({ until, because: 'key 1 was used yesterday' });
    const { token } = await wholeRotation(here);

    const { reports } = await step(here, token, 'revokePrevious');

    expect(here.asked).toEqual([until]);
    expect(reports).toEqual(['postponed']);
  });
});
