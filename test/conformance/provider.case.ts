/** What must hold for every provider of keys, against its double. Run by test/shared/keys/vendors. */
import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ProviderDouble, Trouble } from '../../local/doubles/double.ts';
import { accessTo } from '../../shared/keys/access.ts';
import type { AcceptingProvider, IssuingProvider, KeySecret } from '../../shared/keys/provider.ts';
import { InvalidSecretError } from '../../shared/rotation/errors.ts';
import { redactor } from '../../shared/rotation/redact.ts';
import { type KeyWorld, keyWorld } from '../support/key-world.ts';
import { byLabel, labelled } from '../support/store.ts';
import { describeChecks } from './provider-checks.case.ts';
import { describeProviderCrashes } from './provider-crashes.case.ts';
import { requireAsDescribed } from './provider-described.case.ts';
import { CAP, type KeyLife, keepsTheCap } from './provider-life.case.ts';
import { NO_SLOT, namesTheKeys } from './provider-limit.case.ts';
import { describePlaces } from './provider-places.case.ts';
import { type Between, describeRights, type KeyRights } from './provider-rights.case.ts';
import { addsNoUse, NO_OWN_USE, PLAYS_NO_USE } from './provider-use.case.ts';
import { configurationCheck, openLabels, rotation, step, wholeRotation } from './rotate.ts';
import { type Skip, skippingTests } from './skips.ts';

export interface ProviderSuite {
  readonly provider: IssuingProvider | AcceptingProvider;
  start(): Promise<ProviderDouble>;
  /** The vendor's own descriptions of its API, which all requests and the double's answers must keep to. Absent: there is none. */
  readonly description?: readonly string[];
  /** Where a description is known to be wrong, and why we think so. */
  readonly descriptionErrs?: readonly { readonly fault: RegExp; readonly reason: string }[];
  /** Fields that are a key only together, where its value alone is none. */
  readonly together?: readonly string[];
  /** How a vendor that shows what a key may do tells it. Absent: it shows nothing, and the page says what that means. */
  readonly rights?: KeyRights;
  /** The field that asks for the life of keys, where the vendor caps that. Absent: it has no cap, and a skip says why. */
  readonly life?: KeyLife;
  /** Why a configuration check cannot know that no slot is free. Absent: the provider tells that without making a key. */
  readonly limitUntold?: string;
  /** Keys that live at once between two rotations. Absent: the current one and the previous one. */
  readonly alive?: number;
  /** Names of tests of this suite that do not hold here, and why: what the double cannot play for the vendor does not have it. */
  readonly skip?: readonly Skip[];
}

const IN_USE = 'keeps the previous key while it is in use';
const POWERLESS = 'says that the admin credential may not manage keys';
/** For vendors that let more keys live than anybody needs, or whose only slots are the secret's own. */
export const HAS_NO_LIMIT: Skip = { test: NO_SLOT, reason: 'nobody else can take the last slot' };
/** For vendors that tell no last use of a key. */
const reason = 'the vendor tells no last use';
export const TELLS_NO_USE: readonly Skip[] = [IN_USE, NO_OWN_USE].map((test) => ({ test, reason }));
/** For vendors whose keys manage themselves. */
export const HAS_NO_ADMIN: Skip = { test: POWERLESS, reason: 'no other credential manages the key' };

export function describeProvider(suite: ProviderSuite): void {
  const { provider } = suite;
  const outage = 'issue' in provider ? 'none' : provider.outage;
  const alive = suite.alive ?? (outage === 'brief' ? 1 : 2);
  const { test, testSkips } = skippingTests(suite.skip ?? []);
  const doubles: ProviderDouble[] = [];
  const world = async (given = {}, through?: (double: ProviderDouble) => Between): Promise<KeyWorld> => {
    const double = await suite.start();
    doubles.push(double);
    return keyWorld(provider, double, given, through?.(double));
  };
  afterEach(async () => {
    vi.useRealTimers();
    await Promise.all(doubles.splice(0).map((double) => double.close()));
  });
  const access = async (here: KeyWorld, value: KeySecret = here.double.first) =>
    accessTo(
      provider,
      { ...value, ...(here.double.admin && { masterarn: 'arn:admin' }) },
      { admins: here.admins },
      here.context({}),
    );
  /** A whole rotation that is expected to fail. */
  const failure = async (here: KeyWorld, options = {}): Promise<Error & { code?: string; retryable?: boolean }> =>
    wholeRotation(here, options).then(
      () => new Error('the rotation passed'),
      (error) => error,
    );

  describe(`provider ${provider.name}`, () => {
    it('rotates three times: AWSCURRENT opens, AWSPREVIOUS too where there is room, nothing older lives', async () => {
      const here = await world();

      for (let turn = 0; turn < 3; turn++) await wholeRotation(here);

      expect(await openLabels(here)).toEqual(
        alive === 1 ? ['AWSCURRENT'] : expect.arrayContaining(['AWSCURRENT', 'AWSPREVIOUS']),
      );
      expect(here.double.live()).toHaveLength(alive);
    });

    it('has another value after a rotation, and keeps fields it does not know', async () => {
      const here = await world();
      const before = await labelled(here.store, 'AWSCURRENT');
      await here.store.putCurrent(JSON.stringify({ ...before, team: { name: 'payments' } }));

      await wholeRotation(here);

      const after = await labelled(here.store, 'AWSCURRENT');
      expect(after).toMatchObject({ team: { name: 'payments' } });
      expect(provider.schema.confidential(after ?? {})).not.toEqual(provider.schema.confidential(before ?? {}));
    });

    it('issues nothing for a secret that cannot be copied, and tells which fields are a key only together', async () => {
      const here = await world();
      const [before, lived] = [await labelled(here.store, 'AWSCURRENT'), here.double.live()];
      const asked: string[] = [];
      const requireCopy = async (...[, , together]: [string, string, readonly (readonly string[])[]]) => {
        asked.push(...together.flat());
        throw new InvalidSecretError('no mirror', { hint: 'correct the tag' });
      };

      const torn = await failure({ ...here, versions: () => ({ ...here.store.versions, requireCopy }) });

      expect([torn.message, here.double.live()]).toEqual(['no mirror; hint: correct the tag', lived]);
      await here.store.abandon();
      await wholeRotation(here);
      const after = await labelled(here.store, 'AWSCURRENT');
      expect(asked.filter((field) => after?.[field] !== before?.[field])).toEqual(suite.together ?? []);
    });

    it('lets AWSCURRENT in at every moment of a rotation, unless its page says that there is an outage', async () => {
      const here = await world();
      const token = await here.store.begin();
      const seen: string[][] = [];

      for (const name of ['createSecret', 'setSecret', 'testSecret', 'finishSecret']) {
        await step(here, token, name);
        seen.push(await openLabels(here));
      }

      for (const open of seen) expect(open).toContain('AWSCURRENT');
    });

    it('takes each step twice, in a row and at the same moment', async () => {
      const here = await world({ timeLimitMs: 30_000 });
      const token = await here.store.begin();

      for (const name of ['createSecret', 'setSecret', 'testSecret', 'finishSecret']) {
        await Promise.allSettled([step(here, token, name), step(here, token, name)]);
        await step(here, token, name);
      }

      expect((await byLabel(here.store)).AWSCURRENT).toBe(token);
      expect(await openLabels(here)).toContain('AWSCURRENT');
    });

    it('refuses a made-up key with an AuthenticationError', async () => {
      const here = await world();
      const at = await access(here);

      await expect(provider.verify({ ...here.double.first, ...here.double.madeUp }, at)).rejects.toMatchObject({
        name: 'AuthenticationError',
      });
    });

    it('waits for a fresh key to spread', async () => {
      const here = await world();
      here.double.lag = 2;

      const { token } = await wholeRotation(here);

      expect((await byLabel(here.store)).AWSCURRENT).toBe(token);
    });

    if ('issue' in provider) {
      it('revokes twice, and what never was, and nothing else', async () => {
        const here = await world();
        await wholeRotation(here);
        const previous = (await labelled(here.store, 'AWSPREVIOUS')) ?? {};
        const at = await access(here, (await labelled(here.store, 'AWSCURRENT')) ?? {});
        const id = (await provider.identify(previous, at)) ?? '';

        await provider.revoke(id, at);
        await provider.revoke(id, at);

        expect(here.double.opens(previous)).toBe(false);
        expect(await openLabels(here)).toEqual(['AWSCURRENT']);
      });

      it('leaves the current key alone when AWSPREVIOUS holds the same one', async () => {
        const here = await world();
        const value = JSON.stringify(await labelled(here.store, 'AWSCURRENT'));
        await here.store.putCurrent(value);

        await wholeRotation(here);

        expect(await openLabels(here)).toEqual(expect.arrayContaining(['AWSCURRENT', 'AWSPREVIOUS']));
      });

      it('waits for another delivery that may be about to store its key, instead of issuing a second one', async () => {
        const here = await world({ timeLimitMs: 30_000 });
        const token = await here.store.begin();

        await Promise.allSettled([step(here, token, 'createSecret'), step(here, token, 'createSecret')]);

        expect(here.double.live().length).toBeLessThanOrEqual(3);
        expect(here.double.opens((await labelled(here.store, 'AWSPENDING')) ?? {})).toBe(true);
      });
    }

    describeChecks(world);
    describePlaces(provider, world);

    if ('issue' in provider) describeRights(provider, suite.rights, { world, access, failure });

    test(NO_SLOT, async () => {
      await namesTheKeys(suite.limitUntold, await world(), failure);
    });

    test(IN_USE, async () => {
      const here = await world();
      const { use } = here.double;
      if (use === undefined) return expect.unreachable(PLAYS_NO_USE);
      await wholeRotation(here);
      // Later than any use that is the rotation's own.
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * 3_600_000 });
      use((await labelled(here.store, 'AWSPREVIOUS')) ?? {});

      const error = await failure(here);
      await here.store.abandon();
      const { reports } = await configurationCheck(here);
      await here.store.abandon();
      const eager = taggedWorld(here, { 'rekey:quiet-for': '0h' });
      await wholeRotation(eager);

      expect(error).toMatchObject({ code: 'KEY_IN_USE', retryable: false });
      // By the time of the next rotation that is over.
      expect(reports).toEqual(['checked']);
      expect(await openLabels(here)).toEqual(expect.arrayContaining(['AWSCURRENT', 'AWSPREVIOUS']));
    });

    test(NO_OWN_USE, async () => {
      await addsNoUse(await world(), failure);
    });

    test(CAP, async () => {
      await keepsTheCap(suite.life, await world(), failure);
    });

    describe('bad answers: a typed error, nothing lost, no value in any text', () => {
      const everywhere: [string, Trouble, string | RegExp, boolean][] = [
        ['429 without an end', { status: 429, headers: { 'retry-after': '0' } }, 'THROTTLED', true],
        ['429 with a long Retry-After', { status: 429, headers: { 'retry-after': '3600' } }, 'THROTTLED', true],
        ['503', { status: 503 }, 'SERVICE_FAILED', true],
        ['not JSON', 'not JSON', 'UNEXPECTED_ANSWER', true],
        [
          'a redirect elsewhere',
          { status: 302, headers: { location: 'http://169.254.169.254/' } },
          'UNEXPECTED_ANSWER',
          true,
        ],
        ['a hundred megabytes', 'huge', 'UNEXPECTED_ANSWER', true],
        ['401', { status: 401 }, /AUTHENTICATION_REFUSED|PERMISSION_DENIED/, false],
        ['403', { status: 403 }, 'PERMISSION_DENIED', false],
      ];

      it.each(everywhere)('%s', async (_what, trouble, code, retryable) => {
        const here = await world();
        const before = await labelled(here.store, 'AWSCURRENT');
        for (let times = 0; times < 40; times++) here.double.troubles.push({ trouble });
        const redact = redactor();

        const error = await failure(here, { redact });

        here.double.troubles.splice(0);
        expect(error).toMatchObject({ code: expect.stringMatching(code), retryable });
        for (const secret of provider.schema.confidential(before ?? {})) {
          expect(inspect(error, { depth: 9 })).not.toContain(secret);
        }
        expect(await openLabels(here)).toContain('AWSCURRENT');
        await here.store.abandon();
        await wholeRotation(here);
        expect(await openLabels(here)).toContain('AWSCURRENT');
        expect(here.double.live().length).toBeLessThanOrEqual(alive);
      });

      it('silence: ends at the deadline', async () => {
        const here = await world();
        here.double.troubles.push({ trouble: 'hang' });

        const error = await failure(here, { signal: AbortSignal.timeout(300) });

        expect(error).toMatchObject({ code: 'DEADLINE_EXCEEDED', retryable: true });
      });

      it.each(['lacks everything', 'cut off'] as const)(
        'an answer that %s: the repeat leaves no orphan',
        async (trouble) => {
          const here = await world();
          for (const method of ['POST', 'PUT', 'PATCH']) here.double.troubles.push({ method, trouble });
          const token = await here.store.begin();

          const first = await rotation(here, token).then(
            () => 'passed',
            (error) => error.code,
          );
          here.double.troubles.splice(0);
          await rotation(here, token);

          expect(first).toMatch(/passed|UNEXPECTED_ANSWER|UNREACHABLE_TCP|CONNECTION_LOST/);
          expect((await byLabel(here.store)).AWSCURRENT).toBe(token);
          expect(await openLabels(here)).toContain('AWSCURRENT');
          expect(here.double.live().length).toBeLessThanOrEqual(alive);
        },
      );
    });

    test(POWERLESS, async () => {
      const here = await world();
      const { powerless, admin } = here.double;
      if (powerless === undefined || admin === undefined) {
        return expect.unreachable('give the double a powerless admin credential, or skip with HAS_NO_ADMIN');
      }
      Object.assign(admin, powerless);

      const error = await failure(here);

      expect(error).toMatchObject({ code: 'PERMISSION_DENIED' });
    });

    const suiteOfCrashes = {
      outage,
      world,
      /** No key lives that no label leads to. */
      async settled(at: unknown, where: string) {
        const here = at as KeyWorld;
        const values = [await labelled(here.store, 'AWSCURRENT'), await labelled(here.store, 'AWSPREVIOUS')].map(
          (value) => JSON.stringify(value ?? ''),
        );
        const orphans = here.double.live().filter((key) => !values.some((value) => value.includes(key)));
        expect(orphans, `${where}: a key lives that no label leads to`).toEqual([]);
        expect(here.double.live().length, `${where}: too many keys live`).toBeLessThanOrEqual(2);
      },
    };
    describeProviderCrashes(suiteOfCrashes, provider);

    testSkips(`provider ${provider.name}`);

    const taggedWorld = (here: KeyWorld, tags: Record<string, string>): KeyWorld => {
      const { versions } = here.store;
      const describe = async (id: string) => ({ ...(await versions.describe(id)), tags });
      return { ...here, store: { ...here.store, versions: { ...versions, describe } } };
    };
  });

  requireAsDescribed(suite);
}
