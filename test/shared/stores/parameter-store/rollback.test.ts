/** A parameter has no label that could move back: a rollback is a rotation to the value from before. */
import { afterAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../../../local/sandbox.ts';
import type { DatabaseSecret } from '../../../../shared/databases/secret.ts';
import { alternatingUsersStrategy } from '../../../../shared/databases/strategies/alternating-users.ts';
import { singleUserStrategy } from '../../../../shared/databases/strategies/single-user.ts';
import { rotationSteps } from '../../../../shared/rotation/strategy.ts';
import { crashPlan } from '../../../conformance/crash.ts';
import { openLabels, type StepOptions, step, wholeRotation } from '../../../conformance/rotate.ts';
import { sampled } from '../../../support/matrix.ts';
import { type MemoryWorld, memoryWorld } from '../../../support/memory-world.ts';
import { type ParameterStore, ssmTestClient } from '../../../support/parameter-store.ts';
import { onParameterStore } from '../../../support/parameter-world.ts';
import { patience } from '../../../support/patience.ts';
import { labelled } from '../../../support/store.ts';

const sandbox = await startSandbox();
const client = ssmTestClient(sandbox);
afterAll(async () => {
  client.destroy();
  await sandbox.close();
});

type World = MemoryWorld & { readonly store: ParameterStore };
const inParameter = (world: MemoryWorld) =>
  onParameterStore<DatabaseSecret, MemoryWorld>(world, client) as Promise<World>;
const strategies = { 'single-user': singleUserStrategy, 'alternating-users': alternatingUsersStrategy };

async function back(here: World, token: string, options: StepOptions = {}): Promise<unknown[]> {
  const news: unknown[] = [];
  for (const name of rotationSteps)
    news.push(...(await step(here, token, name, { ...options, asked: 'rollback' })).news);
  return news;
}

describe.each(Object.entries(strategies))('%s', (_, strategy) => {
  const world = async () => {
    const here = await inParameter(memoryWorld(strategy));
    await wholeRotation(here);
    await wholeRotation(here);
    return {
      here,
      current: await labelled(here.store, 'AWSCURRENT'),
      previous: await labelled(here.store, 'AWSPREVIOUS'),
    };
  };

  it('publishes the value from before, which opens the system, and says that it was a rollback', async () => {
    const { here, current, previous } = await world();

    const news = await back(here, await here.store.begin());

    expect(JSON.parse(await here.store.plainRead())).toEqual(previous);
    expect(await labelled(here.store, 'AWSPREVIOUS')).toEqual(current);
    expect(await openLabels(here)).toContain('AWSCURRENT');
    expect(news).toEqual([{ outcome: 'succeeded', action: 'rollback' }]);
  });

  it('goes on with the same token, wherever it was killed', { timeout: patience(60_000) }, async () => {
    const { here } = await world();
    const whole = crashPlan();
    await back(here, await here.store.begin(), { plan: whole });

    for (const call of sampled([...whole.calls.keys()], 6)) {
      const when = call % 2 === 0 ? 'before' : 'after';
      const { here: there, previous } = await world();
      const token = await there.store.begin();
      await back(there, token, { plan: crashPlan({ call, when }) }).catch(() => {});
      const open = await openLabels(there);

      await back(there, token);

      const where = `${when} call ${call} (${whole.calls[call]})`;
      expect(open.length, where).toBeGreaterThan(0);
      expect(JSON.parse(await there.store.plainRead()), where).toEqual(previous);
      expect(await openLabels(there), where).toContain('AWSCURRENT');
    }
  });
});

it('is refused before anything is set where there is no value from before', async () => {
  const here = await inParameter(memoryWorld(singleUserStrategy));
  const first = await here.store.plainRead();

  await expect(back(here, await here.store.begin())).rejects.toMatchObject({ code: 'PREVIOUS_UNUSABLE' });

  expect(await here.store.plainRead()).toBe(first);
  expect(here.server.users.get('app')?.password).toBe('first-password');
});
