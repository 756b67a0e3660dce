/** Accounts that forgive nothing, on a real MySQL server: one refused login locks them, no password comes twice. */
import { describe, expect, it } from 'vitest';
import { alternatingUsersStrategy } from '../../../../shared/databases/strategies/alternating-users.ts';
import { dualPasswordStrategy } from '../../../../shared/databases/strategies/dual-password.ts';
import { singleUserStrategy } from '../../../../shared/databases/strategies/single-user.ts';
import { superuserSetStrategy } from '../../../../shared/databases/strategies/superuser-set.ts';
import { crashPlan } from '../../../conformance/crash.ts';
import { Died, rotation, step, wholeRotation } from '../../../conformance/rotate.ts';
import type { DatabaseWorld } from '../../../conformance/world.ts';
import { passwordSettings } from '../../../support/context.ts';
import { mysqlHouse } from '../../../support/mysql-world.ts';
import { byLabel, labelled } from '../../../support/store.ts';

const house = await mysqlHouse('mysql', 'strict accounts');
const UNFORGIVING = 'FAILED_LOGIN_ATTEMPTS 1 PASSWORD_LOCK_TIME UNBOUNDED';
const ABOUT_LOGINS = /^(connect|opens|setPassword|cloneUser|addPassword|promote)/;
const retries = {
  'the same token': (world: DatabaseWorld, token: string) => rotation(world, token),
  'a fresh token, after AWSPENDING was taken off': async (world: DatabaseWorld) => {
    await world.store.abandon();
    await wholeRotation(world);
  },
};

if (house !== undefined) {
  describe.each([
    ['superuser-set', superuserSetStrategy, undefined],
    ['alternating-users', alternatingUsersStrategy, undefined],
    ['dual-password', dualPasswordStrategy, 'APPLICATION_PASSWORD_ADMIN ON *.*'],
  ] as const)(
    '%s with FAILED_LOGIN_ATTEMPTS 1, killed around every call that changes or uses a login',
    (_name, make, grants) => {
      const world = () => house.world(make, { options: UNFORGIVING, grants });

      it.each(Object.entries(retries))('gets through with %s, and no account is locked', async (_retry, retry) => {
        const dry = crashPlan();
        await wholeRotation(await world(), { plan: dry });
        const deaths = dry.calls.flatMap((name, call) =>
          ABOUT_LOGINS.test(name) ? (['before', 'after'] as const).map((when) => ({ name, call, when })) : [],
        );
        const play = async ({ name, call, when }: (typeof deaths)[number]) => {
          const here = await world();
          const token = await here.store.begin();
          const dying = rotation(here, token, { plan: crashPlan({ call, when }) });
          await expect(dying).rejects.toBeInstanceOf(Died);

          await retry(here, token);

          const open = await here.opens((await labelled(here.store, 'AWSCURRENT')) as never);
          expect(open, `${when} ${name}`).toBe(true);
        };
        expect(deaths.length).toBeGreaterThanOrEqual(8);
        for (let at = 0; at < deaths.length; at += 4) await Promise.all(deaths.slice(at, at + 4).map(play));
      });
    },
  );

  it('single-user with FAILED_LOGIN_ATTEMPTS 1: a death between change and promotion locks the account, as the page says', async () => {
    const here = await house.world(singleUserStrategy, { options: UNFORGIVING });
    const token = await here.store.begin();
    const plan = crashPlan();
    await wholeRotation(await house.world(singleUserStrategy), { plan });
    const call = plan.calls.indexOf('promote');
    await rotation(here, token, { plan: crashPlan({ call, when: 'before' }) }).catch(() => {});

    const retry = rotation(here, token);

    await expect(retry).rejects.toMatchObject({ code: 'PERMISSION_DENIED', fact: expect.stringContaining('3955') });
    const { username } = (await labelled(here.store, 'AWSPENDING')) as { username: string };
    await house.server.sql(`ALTER USER ${username} FAILED_LOGIN_ATTEMPTS 3 ACCOUNT UNLOCK`);
    await rotation(here, token);
    expect(await here.opens((await labelled(here.store, 'AWSCURRENT')) as never)).toBe(true);
  });

  it('single-user with PASSWORD HISTORY: what cannot be taken back stays, nothing is said to work that was not seen, and the repeat promotes it', async () => {
    const here = await house.world(singleUserStrategy, { options: 'PASSWORD HISTORY 5' });
    // Only what was set under the policy is in the history.
    await wholeRotation(here);
    const token = await here.store.begin();
    await step(here, token, 'createSecret');
    const failing = {
      ...here,
      strategy: (plan: never) => ({
        ...here.strategy(plan),
        test: () => Promise.reject(new Error('the proof failed')),
      }),
    };
    const progress = { working: 'AWSCURRENT' as const };

    await expect(step(failing, token, 'setSecret', { progress })).rejects.toThrow('the proof failed');

    const pending = (await labelled(here.store, 'AWSPENDING')) as never;
    expect([progress.working, await here.opens(pending)]).toEqual(['unknown', true]);
    await rotation(here, token);
    expect((await byLabel(here.store)).AWSCURRENT).toBe(token);
  });

  it('single-user, for a secret that had dual passwords until now: after the promotion only AWSCURRENT works', async () => {
    const here = await house.world(dualPasswordStrategy, { grants: 'APPLICATION_PASSWORD_ADMIN ON *.*' });
    await wholeRotation(here);
    const older = (await labelled(here.store, 'AWSPREVIOUS')) as never;
    const { strategy } = await house.world(singleUserStrategy);
    const before = await here.opens(older);

    await wholeRotation({ ...here, strategy });

    expect([before, await here.opens(older)]).toEqual([true, false]);
    expect(await here.opens((await labelled(here.store, 'AWSCURRENT')) as never)).toBe(true);
  });

  it('dual-password: the older password is revoked before its time, and the current one stays', async () => {
    const here = await house.world(dualPasswordStrategy, { grants: 'APPLICATION_PASSWORD_ADMIN ON *.*' });
    await wholeRotation(here);
    const strategy = here.strategy(crashPlan());
    const valueWith = async (label: string) =>
      strategy.schema.parse(JSON.stringify(await labelled(here.store, label)), label);
    const values = { current: await valueWith('AWSCURRENT'), previous: await valueWith('AWSPREVIOUS') };
    const before = [await here.opens(values.previous), await here.opens(values.current)];
    const wanted = { tags: { 'rekey:revoke-after': '7d' }, later: async () => {} };

    await strategy.revoke?.(values, here.context(wanted));
    await strategy.revoke?.(values, here.context(wanted));

    expect(before).toEqual([true, true]);
    expect([await here.opens(values.previous), await here.opens(values.current)]).toEqual([false, true]);
    expect((await wholeRotation(here)).reports).toEqual(['succeeded']);
  });

  it('a password that the server refuses is refused again until AWSPENDING is taken off, as the hint says', async () => {
    const here = await house.world(singleUserStrategy);
    const lettersAlone: DatabaseWorld = {
      ...here,
      context: (given) => here.context({ ...given, password: { ...passwordSettings, excludePunctuation: true } }),
    };
    await house.server.sql("INSTALL COMPONENT 'file://component_validate_password'");
    const token = await here.store.begin();
    await step(lettersAlone, token, 'createSecret');

    const refusals = [];
    for (const world of [lettersAlone, here]) {
      await step(world, token, 'createSecret');
      refusals.push(await step(world, token, 'setSecret').catch((error) => error));
    }
    await here.store.abandon();
    const { reports } = await wholeRotation(here);
    await house.server.sql("UNINSTALL COMPONENT 'file://component_validate_password'");

    for (const refusal of refusals) {
      expect(refusal).toMatchObject({
        code: 'PASSWORD_REFUSED',
        retryable: false,
        hint: expect.stringContaining('take AWSPENDING off its version'),
      });
    }
    expect(reports).toEqual(['succeeded']);
    expect(await here.opens((await labelled(here.store, 'AWSCURRENT')) as never)).toBe(true);
  });
}
