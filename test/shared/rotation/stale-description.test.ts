/** A delivery whose description is of before: AWSCURRENT has moved since, and what it would do is of a time that is over. */
import { expect, it } from 'vitest';
import { dualPasswordStrategy } from '../../../shared/databases/strategies/dual-password.ts';
import { singleUserStrategy } from '../../../shared/databases/strategies/single-user.ts';
import { openLabels, step, wholeRotation } from '../../conformance/rotate.ts';
import { memoryWorld } from '../../support/memory-world.ts';
import { byLabel } from '../../support/store.ts';

/** The same world, for one delivery that is described as the secret is now, however late it comes. */
async function describedNow(here: ReturnType<typeof memoryWorld>) {
  const { versions, secretId } = here.store;
  const now = await versions.describe(secretId);
  let times = 0;
  const late = {
    ...versions,
    foresee: () => {},
    describe: async () => (times++ === 0 ? now : versions.describe(secretId)),
  };
  return { ...here, versions: () => late };
}

it.each([
  ['single-user', singleUserStrategy],
  ['dual-password', dualPasswordStrategy],
] as const)('%s: one that comes after the promotion ends quietly, and uses no login', async (_name, strategy) => {
  const here = memoryWorld(strategy);
  const token = await here.store.begin();
  await step(here, token, 'createSecret');
  const late = await describedNow(here);
  await step(here, token, 'setSecret');
  const before = [...here.server.taken];

  await step(late, token, 'setSecret');

  expect(here.server.taken).toEqual(before);
  expect(await openLabels(here)).toContain('AWSCURRENT');
});

it('one that comes after the next rotation changes nothing, and says that AWSCURRENT has moved', async () => {
  const here = memoryWorld(dualPasswordStrategy);
  const token = await here.store.begin();
  await step(here, token, 'createSecret');
  const late = await describedNow(here);
  for (const name of ['setSecret', 'testSecret', 'finishSecret']) await step(here, token, name);
  await wholeRotation(here);
  const { password } = { ...here.server.users.get('app') };
  // The label is still to be seen for a read that lags; otherwise it would have no pending value.
  const { read } = here.store.versions;
  const text = await here.store.valueOf(token);
  here.store.versions.read = async (id, label, version) =>
    label === 'AWSPENDING' && version === token ? text : read(id, label, version);
  const versions = { ...late.versions(), read: here.store.versions.read };

  const refused = step({ ...here, versions: () => versions }, token, 'setSecret');

  await expect(refused).rejects.toMatchObject({ code: 'CURRENT_MOVED', retryable: true });
  expect(here.server.users.get('app')?.password).toBe(password);
  expect(await openLabels(here)).toContain('AWSCURRENT');
  expect((await byLabel(here.store)).AWSCURRENT).not.toBe(token);
});
