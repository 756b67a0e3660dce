/** What a person is told who asks what a rotation would find. */
import { describe, expect, it } from 'vitest';
import { alternatingUsersStrategy } from '../../../shared/databases/strategies/alternating-users.ts';
import { dualPasswordStrategy } from '../../../shared/databases/strategies/dual-password.ts';
import { singleUserStrategy } from '../../../shared/databases/strategies/single-user.ts';
import { superuserSetStrategy } from '../../../shared/databases/strategies/superuser-set.ts';
import { InvalidSecretError, PermissionError, UnreachableError } from '../../../shared/rotation/errors.ts';
import type { RotationContext } from '../../../shared/rotation/strategy.ts';
import { step, wholeRotation } from '../../conformance/rotate.ts';
import { changed, type MemoryWorld, memoryWorld } from '../../support/memory-world.ts';

async function asked(here: MemoryWorld) {
  const { answer, news } = await step(here, 'a request', 'doctor', { asked: 'doctor' });
  if (answer?.outcome !== 'looked') return expect.unreachable('it was not looked');
  const { checks } = answer;
  return {
    news,
    checks,
    well: checks.filter(({ ok }) => ok).map(({ check }) => check),
    wrong: checks.filter(({ ok }) => !ok),
  };
}

describe('a doctor', () => {
  it.each([
    [singleUserStrategy, ['change']],
    [dualPasswordStrategy, ['change']],
    [superuserSetStrategy, ['superuser', 'change']],
    [alternatingUsersStrategy, ['superuser', 'change']],
  ])('finds that all is well, tells nobody else, and changes nothing', async (strategy, last) => {
    const here = memoryWorld(strategy);
    await wholeRotation(here);
    const before = structuredClone([here.store.stored(), here.server.users]);

    const { checks, news, well } = await asked(here);

    expect(well).toEqual(['read', 'value', 'login', 'copies', ...last]);
    expect(checks[2]).toEqual({
      check: 'login',
      ok: true,
      fact: 'AWSCURRENT opens the system, from the place of the function',
    });
    expect(checks.every(({ fact }) => fact.length > 20)).toBe(true);
    expect([news, here.store.stored(), here.server.users]).toEqual([[], ...before]);
    expect(await here.openSessions()).toBe(0);
  });

  it('stops at a login that is refused, with what a rotation would say', async () => {
    const here = memoryWorld(singleUserStrategy);
    await here.setPassword('app', 'by hand');

    const { well, wrong } = await asked(here);

    expect(well).toEqual(['read', 'value']);
    expect(wrong).toEqual([
      { check: 'login', ok: false, code: 'AUTHENTICATION_REFUSED', fact: expect.any(String), hint: expect.any(String) },
    ]);
  });

  it('says of what a superuser is the matter, and that a change was refused', async () => {
    const here = memoryWorld(superuserSetStrategy);
    await here.setPassword('root', 'by hand');
    const refusing = changed(memoryWorld(singleUserStrategy), () => ({
      check: async (_values, ctx) => {
        ctx.looksAt?.('change');
        throw new PermissionError('may not', { hint: 'grant it' });
      },
    }));

    const superuser = await asked(here);
    const change = await asked(refusing);

    expect(superuser.wrong).toMatchObject([{ check: 'superuser', code: 'PERMISSION_DENIED' }]);
    expect([change.well.at(-1), change.wrong]).toMatchObject([
      'copies',
      [{ check: 'change', code: 'PERMISSION_DENIED', fact: 'may not', hint: 'grant it' }],
    ]);
  });

  it('is no step of a rotation: an event of Secrets Manager cannot ask for it', async () => {
    const here = memoryWorld(singleUserStrategy);

    await expect(step(here, await here.store.begin(), 'doctor')).rejects.toMatchObject({ code: 'INVALID_EVENT' });
  });

  it('says what is well at a provider', async () => {
    const check = async (_values: unknown, ctx: RotationContext) => ctx.looksAt?.('provider');
    const here = changed(memoryWorld(singleUserStrategy), () => ({ check }));

    const { checks } = await asked(here);

    expect(checks.at(-1)).toEqual({
      check: 'provider',
      ok: true,
      fact: 'a rotation finds at the provider what it needs',
    });
  });

  it('looks at copies before it looks further', async () => {
    const here = memoryWorld(singleUserStrategy);
    const requireCopy = () => Promise.reject(new InvalidSecretError('no mirror', { hint: 'correct the tag' }));

    const { well, wrong } = await asked({ ...here, versions: () => ({ ...here.store.versions, requireCopy }) });

    expect([well, wrong]).toMatchObject([['read', 'value', 'login'], [{ check: 'copies', fact: 'no mirror' }]]);
  });

  it('says when the secret cannot be read, and shows nothing of a value that cannot be', async () => {
    const broken = memoryWorld(singleUserStrategy);
    await broken.store.putCurrent('swordfish');
    const away = memoryWorld(singleUserStrategy);
    away.store.versions.describe = () =>
      Promise.reject(new UnreachableError('no way', { code: 'UNREACHABLE_TCP', hint: 'look' }));

    const unread = await asked(away);
    const invalid = await asked(broken);

    expect(unread.checks).toEqual([
      { check: 'read', ok: false, code: 'UNREACHABLE_TCP', fact: 'no way', hint: 'look' },
    ]);
    expect(invalid.wrong).toMatchObject([{ check: 'value', code: 'INVALID_SECRET' }]);
    expect(JSON.stringify(invalid)).not.toContain('swordfish');
  });

  it('masks what a defect says of a value', async () => {
    const here = changed(memoryWorld(singleUserStrategy), () => ({
      test: ({ current }) => Promise.reject(new Error(`defect with ${current.password}`)),
    }));

    const { wrong } = await asked(here);

    expect(wrong).toMatchObject([{ check: 'login', code: 'UNEXPECTED' }]);
    expect(JSON.stringify(wrong)).not.toContain('first-password');
  });
});
