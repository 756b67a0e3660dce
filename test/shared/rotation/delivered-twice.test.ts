/** Another delivery of the same rotation gets through between any two calls of this one, which then ends as quietly. */
import { describe, expect, it } from 'vitest';
import { alternatingUsersStrategy } from '../../../shared/databases/strategies/alternating-users.ts';
import { dualPasswordStrategy } from '../../../shared/databases/strategies/dual-password.ts';
import { singleUserStrategy } from '../../../shared/databases/strategies/single-user.ts';
import { superuserSetStrategy } from '../../../shared/databases/strategies/superuser-set.ts';
import { crashPlan } from '../../conformance/crash.ts';
import { openLabels, step } from '../../conformance/rotate.ts';
import { memoryWorld } from '../../support/memory-world.ts';
import { byLabel } from '../../support/store.ts';

const strategies = {
  singleUser: singleUserStrategy,
  superuserSet: superuserSetStrategy,
  alternatingUsers: alternatingUsersStrategy,
  dualPassword: dualPasswordStrategy,
};

/** Begun, up to the step, and with the names of the outside calls that the step makes. */
async function ready(name: keyof typeof strategies, late: string, cutover?: 'finish') {
  const here = memoryWorld(strategies[name]);
  const token = await here.store.begin();
  const before = late === 'setSecret' ? ['createSecret'] : ['createSecret', 'setSecret'];
  const options = cutover === undefined ? {} : { cutover };
  for (const each of before) await step(here, token, each, options);
  return { here, token, options };
}

async function callsOf(...args: Parameters<typeof ready>): Promise<readonly string[]> {
  const { here, token, options } = await ready(...args);
  const plan = crashPlan();
  await step(here, token, args[1], { ...options, plan });
  return plan.calls;
}

describe.each([
  ['setSecret', undefined, ['setSecret']],
  ['setSecret', undefined, ['setSecret', 'testSecret', 'finishSecret']],
  ['setSecret', 'finish', ['setSecret', 'testSecret', 'finishSecret']],
  ['testSecret', 'finish', ['testSecret', 'finishSecret']],
] as const)('%s with cut-over %s, while another delivery does %s', (late, cutover, others) => {
  describe.each(Object.keys(strategies) as (keyof typeof strategies)[])('%s', async (name) => {
    // The first call is the description: whoever reads that later sees that all is done.
    const calls = (await callsOf(name, late, cutover)).map((call, at) => [at, call] as const).slice(1);

    it.each(calls)('between call %i and the previous one it: %s', async (at) => {
      const { here, token, options } = await ready(name, late, cutover);
      const plan = crashPlan({
        call: at,
        meanwhile: async () => {
          for (const other of others) await step(here, token, other, options);
        },
      });

      await step(here, token, late, { ...options, plan });

      expect((await byLabel(here.store)).AWSCURRENT).toBe(token);
      expect(await openLabels(here)).toContain('AWSCURRENT');
      expect(here.server.open).toEqual([]);
    });
  });
});
