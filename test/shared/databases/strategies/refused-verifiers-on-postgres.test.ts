/** Whole rotations on a server that takes no verifier in place of a password: a stand-in in front of a real one, which has passwordcheck. */
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { postgres } from '../../../../shared/databases/postgres/postgres.ts';
import type { DatabaseSecret } from '../../../../shared/databases/secret.ts';
import { alternatingUsersStrategy } from '../../../../shared/databases/strategies/alternating-users.ts';
import { singleUserStrategy } from '../../../../shared/databases/strategies/single-user.ts';
import { superuserSetStrategy } from '../../../../shared/databases/strategies/superuser-set.ts';
import { UnreachableError } from '../../../../shared/rotation/errors.ts';
import { step, wholeRotation } from '../../../conformance/rotate.ts';
import type { DatabaseWorld } from '../../../conformance/world.ts';
import { passwordSettings, timelessContext } from '../../../support/context.ts';
import { hearsNone, isShown } from '../../../support/log-search.ts';
import { changed } from '../../../support/memory-world.ts';
import { postgresHouse } from '../../../support/postgres-world.ts';
import { refusingPostgres } from '../../../support/refusing-postgres.ts';
import { labelled } from '../../../support/store.ts';

hearsNone('every password goes in clear here, as the page of the engine says');
const house = await postgresHouse({ settings: { shared_preload_libraries: 'passwordcheck' } });
const refusing = await refusingPostgres(house.server);
afterAll(async () => {
  await refusing.close();
  await house.close();
});
beforeEach(() => {
  refusing.refuses = { verifier: { code: '28000', words: 'password type is not a plain text' } };
});
/** Here every password goes in clear, in the statement of a user that may not switch the log off: its own, or RDS's superuser. */
afterEach(() => {
  for (const { versions } of house.sandbox.secretsManager.secrets())
    for (const { value } of versions)
      if (value && 'string' in value) isShown(JSON.parse(value.string).password, 'docs/engines/postgres.md');
});

/** Everybody comes through the stand-in. */
async function world(strategy: typeof singleUserStrategy | typeof superuserSetStrategy): Promise<DatabaseWorld> {
  const here = await house.world(strategy);
  const place = { host: refusing.host, port: refusing.port };
  const context: DatabaseWorld['context'] = (given) => timelessContext({ ca: refusing.ca, ...given });
  await here.store.putCurrent(JSON.stringify({ ...(await labelled(here.store, 'AWSCURRENT')), ...place }));
  return {
    ...here,
    context,
    strategy: (plan) =>
      strategy(plan.engine(postgres), { superuserFor: async () => ({ ...house.superuser, ...place }) }),
    opens: async (value) =>
      postgres.connect(value, context({})).then(
        async (session) => session.close().then(() => true),
        (error) => {
          if (error.name === 'AuthenticationError') return false;
          throw error;
        },
      ),
  };
}
const opens = async (here: DatabaseWorld, label: string) =>
  here.opens((await labelled(here.store, label)) as unknown as DatabaseSecret);

it.each([
  ['single user', singleUserStrategy],
  ['superuser-set', superuserSetStrategy],
  ['alternating users', alternatingUsersStrategy],
])('%s rotates, twice', async (_, strategy) => {
  const here = await world(strategy);

  const reports = [await wholeRotation(here), await wholeRotation(here)].flatMap((each) => each.reports);

  expect(reports).toEqual(['succeeded', 'succeeded']);
  expect(await opens(here, 'AWSCURRENT')).toBe(true);
});

it('a password that passwordcheck refuses is refused again until AWSPENDING is taken off, as the hint says', async () => {
  const here = await world(singleUserStrategy);
  const lettersAlone: DatabaseWorld = {
    ...here,
    context: (given) =>
      here.context({ ...given, password: { ...passwordSettings, excludeNumbers: true, excludePunctuation: true } }),
  };
  const token = await here.store.begin();
  await step(lettersAlone, token, 'createSecret');

  const refusals = [];
  for (const each of [lettersAlone, here]) {
    await step(each, token, 'createSecret');
    const progress = { working: 'AWSCURRENT or AWSPENDING' as const };
    const error = await step(each, token, 'setSecret', { progress }).catch((thrown) => thrown);
    refusals.push({ code: error.code, working: progress.working, hint: error.hint });
  }
  const stayed = await opens(here, 'AWSCURRENT');
  await here.store.abandon();
  const { reports } = await wholeRotation(here);

  const hint = expect.stringContaining('take AWSPENDING off its version');
  expect(refusals).toEqual(Array(2).fill({ code: 'PASSWORD_REFUSED', working: 'AWSCURRENT', hint }));
  expect(stayed).toBe(true);
  expect(reports).toEqual(['succeeded']);
});

it('a proof that fails: the password of before is put back, and seen to open', async () => {
  const here = await world(singleUserStrategy);

  const failed = await failing(here, () => {});

  expect(failed).toMatchObject({ code: 'UNREACHABLE_TCP', working: 'AWSCURRENT' });
  expect([await opens(here, 'AWSCURRENT'), await opens(here, 'AWSPENDING')]).toEqual([true, false]);
});

it('a proof that fails, and a server that refuses the password of before by now: the new one stays, and the repeat promotes it', async () => {
  const here = await world(singleUserStrategy);

  const failed = await failing(here, () => {
    refusing.refuses.plain = { code: '28000', words: 'Cannot use this credential following the password reuse policy' };
  });
  const between = [await opens(here, 'AWSCURRENT'), await opens(here, 'AWSPENDING')];
  await step(here, failed.token, 'setSecret');

  expect(failed).toMatchObject({
    working: 'unknown',
    hint: expect.stringContaining('try AWSPENDING, then AWSCURRENT'),
  });
  expect(between).toEqual([false, true]);
  expect(await opens(here, 'AWSCURRENT')).toBe(true);
});

/** setSecret, whose proof fails after the password was set. */
async function failing(here: DatabaseWorld, meanwhile: () => void) {
  const token = await here.store.begin();
  await step(here, token, 'createSecret');
  const progress = { working: 'AWSCURRENT or AWSPENDING' as const };
  const broken = changed(here, () => ({
    test: async () => {
      meanwhile();
      throw new UnreachableError('gone', { hint: 'wait', code: 'UNREACHABLE_TCP' });
    },
  }));
  const { code, hint } = await step(broken, token, 'setSecret', { progress }).catch((thrown) => thrown);
  return { token, code, hint, working: progress.working as string };
}
