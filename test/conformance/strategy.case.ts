/** What must hold for every strategy, wherever it is killed. Run by test/shared/databases/strategies. */
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { redactor } from '../../shared/rotation/redact.ts';
import { rotationSteps } from '../../shared/rotation/strategy.ts';
import { byLabel, labelled } from '../support/store.ts';
import { crashPlan } from './crash.ts';
import { configurationCheck, openLabels, rotation, step, wholeRotation } from './rotate.ts';
import type { CrashSuite } from './strategy-crashes.case.ts';
import { describeCrashes, describeFailures } from './strategy-crashes.case.ts';
import { describeRollbacks } from './strategy-rollbacks.case.ts';
import type { DatabaseWorld } from './world.ts';

export interface StrategySuite {
  readonly name: string;
  readonly outage: 'none' | 'brief';
  /** A fresh secret, and a user (or pair) of its own. */
  world(): Promise<DatabaseWorld>;
  /** What the system does not tell, and why; a count of nothing would always be 0. */
  readonly untold?: { readonly refusedLogins?: string; readonly openSessions?: string };
  /** Logins of a whole rotation that goes well. */
  readonly logins: number;
  /** See CrashSuite. */
  readonly crashes?: NonNullable<CrashSuite<never>['crashes']>;
  /** Where the store's reads lag: how many reads after each write are stale. */
  readonly lag?: (world: DatabaseWorld, reads: number) => void;
}

export function describeStrategy(suite: StrategySuite): void {
  describe(`strategy ${suite.name}`, () => {
    describe('a rotation that goes well', () => {
      it('ends with the pending value current, what was current before it previous, and no AWSPENDING', async () => {
        const world = await suite.world();
        const before = await byLabel(world.store);

        const { token } = await wholeRotation(world);

        expect(await byLabel(world.store)).toEqual({ AWSCURRENT: token, AWSPREVIOUS: before.AWSCURRENT });
        expect(await openLabels(world)).toContain('AWSCURRENT');
      });

      const { refusedLogins, openSessions } = suite.untold ?? {};
      it.skipIf(refusedLogins)(`costs no refused login${because(refusedLogins)}`, async () => {
        const world = await suite.world();
        await wholeRotation(world);
        await world.refusedLogins();

        await wholeRotation(world);

        expect(await world.refusedLogins()).toBe(0);
      });

      it('costs few logins', async () => {
        const world = await suite.world();
        await wholeRotation(world);
        const plan = crashPlan();

        await wholeRotation(world, { plan });

        expect(plan.calls.filter((call) => call.startsWith('connect')).length).toBeLessThanOrEqual(suite.logins);
      });

      it.skipIf(openSessions)(`leaves no session open${because(openSessions)}`, async () => {
        const world = await suite.world();

        await wholeRotation(world);

        expect(await world.openSessions()).toBe(0);
      });

      it('keeps fields it does not know, and numbers as they were written', async () => {
        const world = await suite.world();
        const value = await labelled(world.store, 'AWSCURRENT');
        const text = `${JSON.stringify({ ...value, team: { name: 'payments' } }).slice(0, -1)},"account":12345678901234567890}`;
        await world.store.putCurrent(text);

        const { token } = await wholeRotation(world);

        const stored = await world.store.valueOf(token);
        expect(stored).toContain('"account":12345678901234567890');
        expect(JSON.parse(stored ?? '')).toMatchObject({ team: { name: 'payments' } });
      });

      it('can be followed by another, and another', async () => {
        const world = await suite.world();

        for (let turn = 0; turn < 3; turn++) await wholeRotation(world);

        expect(await openLabels(world)).toContain('AWSCURRENT');
      });

      it('reports success once', async () => {
        const world = await suite.world();

        const { reports } = await wholeRotation(world);

        expect(reports).toEqual(['succeeded']);
      });

      it('works in the order of the templates when CUTOVER is finish', async () => {
        const world = await suite.world();
        const token = await world.store.begin();
        const before = (await byLabel(world.store)).AWSCURRENT;

        for (const name of rotationSteps.slice(0, 3)) await step(world, token, name, { cutover: 'finish' });
        const unpromoted = await byLabel(world.store);
        const { reports } = await step(world, token, 'finishSecret', { cutover: 'finish' });

        expect(unpromoted.AWSCURRENT).toBe(before);
        expect(await byLabel(world.store)).toEqual({ AWSCURRENT: token, AWSPREVIOUS: before });
        expect(reports).toEqual(['succeeded']);
        expect(await openLabels(world)).toContain('AWSCURRENT');
      });
    });

    describe('repetition', () => {
      it('takes each step twice in a row', async () => {
        const world = await suite.world();
        const token = await world.store.begin();

        for (const name of rotationSteps) {
          await step(world, token, name);
          await step(world, token, name);
        }

        expect((await byLabel(world.store)).AWSCURRENT).toBe(token);
        expect(await openLabels(world)).toContain('AWSCURRENT');
      });

      it('takes each step twice at the same moment', async () => {
        const world = await suite.world();
        const token = await world.store.begin();

        for (const name of rotationSteps) await Promise.all([step(world, token, name), step(world, token, name)]);

        expect((await byLabel(world.store)).AWSCURRENT).toBe(token);
        expect(await openLabels(world)).toContain('AWSCURRENT');
      });

      it('changes nothing when all four steps come again for a token that is current', async () => {
        const world = await suite.world();
        const { token } = await wholeRotation(world);
        const labels = await world.store.labels();
        const value = await world.store.valueOf(token);

        const reports = await rotation(world, token);

        expect(await world.store.labels()).toEqual(labels);
        expect(await world.store.valueOf(token)).toBe(value);
        expect(reports).toEqual([]);
      });
    });

    it('passes a configuration check: testSecret alone, pending equal to current', async () => {
      const world = await suite.world();
      const before = [await byLabel(world.store), await labelled(world.store, 'AWSCURRENT')];

      const { reports } = await configurationCheck(world);

      expect(reports).toEqual(['checked']);
      await world.store.abandon();
      expect([await byLabel(world.store), await labelled(world.store, 'AWSCURRENT')]).toEqual(before);
      expect(await openLabels(world)).toContain('AWSCURRENT');
    });

    it('is found well by a doctor, who changes nothing', async () => {
      const world = await suite.world();
      const before = [await world.store.labels(), await labelled(world.store, 'AWSCURRENT')];

      const { answer } = await step(world, 'a request', 'doctor', { asked: 'doctor' });

      const checks = answer?.outcome === 'looked' ? answer.checks : [];
      expect(checks.filter(({ ok }) => !ok)).toEqual([]);
      expect(checks.map(({ check }) => check)).toEqual(expect.arrayContaining(['read', 'value', 'login', 'copies']));
      expect([await world.store.labels(), await labelled(world.store, 'AWSCURRENT')]).toEqual(before);
      expect(await openLabels(world)).toContain('AWSCURRENT');
    });

    describe('refusals leave everything as it was', () => {
      it.each([
        ['host', { host: 'elsewhere.invalid' }],
        ['port', { port: 1 }],
        ['user', { username: 'somebody_else' }],
      ])('AWSCURRENT moved to another %s during the rotation', async (_field, moved) => {
        const world = await suite.world();
        const token = await world.store.begin();
        await step(world, token, 'createSecret');
        const original = await labelled(world.store, 'AWSCURRENT');
        const pending = (await world.store.valueOf(token)) ?? '';
        await world.store.putCurrent(JSON.stringify({ ...original, ...moved }));
        const again = await world.store.begin();
        await world.store.versions.put(world.store.secretId, again, pending);

        const refused = step(world, again, 'setSecret');

        await expect(refused).rejects.toMatchObject({ code: 'TARGET_MISMATCH' });
        expect(await world.opens(original as never)).toBe(true);
        expect(await world.opens(JSON.parse(pending))).toBe(false);
      });

      it('an unknown token, a version without AWSPENDING, a step nobody knows', async () => {
        const world = await suite.world();
        const abandoned = await world.store.begin();
        await step(world, abandoned, 'createSecret');
        await world.store.abandon();
        const token = await world.store.begin();
        const labels = await world.store.labels();

        await expect(step(world, '00000000-0000-0000-0000-000000000000', 'createSecret')).rejects.toMatchObject({
          code: 'TOKEN_UNKNOWN',
        });
        await expect(step(world, abandoned, 'createSecret')).rejects.toMatchObject({
          code: expect.stringMatching(/TOKEN_(UNKNOWN|NOT_PENDING)/),
        });
        await expect(step(world, token, 'deleteSecret')).rejects.toMatchObject({ code: 'INVALID_EVENT' });
        await expect(step(world, token, 'setSecret')).rejects.toMatchObject({ code: 'PENDING_EMPTY' });

        expect(await world.store.labels()).toEqual(labels);
        expect(await rotation(world, token)).toEqual(['succeeded']);
      });

      it('rotation switched off', async () => {
        const world = await suite.world();
        const token = await world.store.begin();
        const labels = await world.store.labels();
        await world.store.switchOff();

        const refused = step(world, token, 'createSecret');

        await expect(refused).rejects.toMatchObject({ code: 'ROTATION_DISABLED' });
        expect(await world.store.labels()).toEqual(labels);
        expect(await world.store.valueOf(token)).toBeUndefined();
      });

      it.each([
        ['not JSON', () => 'swordfish'],
        ['a list', () => '["swordfish"]'],
        ['without a host', (value: object) => JSON.stringify({ ...value, host: undefined })],
        ['of another engine', (value: object) => JSON.stringify({ ...value, engine: 'sqlite' })],
        ['with a port of letters', (value: object) => JSON.stringify({ ...value, port: 'abc' })],
      ])('a current value that is %s', async (_what, broken) => {
        const world = await suite.world();
        const good = await labelled(world.store, 'AWSCURRENT');
        await world.store.putCurrent(broken(good as object));
        const token = await world.store.begin();

        const error: Error = await step(world, token, 'createSecret').then(
          () => new Error('passed'),
          (thrown) => thrown,
        );

        expect(error).toMatchObject({ code: 'INVALID_SECRET' });
        expect(error.message).not.toContain('swordfish');
        expect(await world.store.valueOf(token)).toBeUndefined();
        await world.store.putCurrent(JSON.stringify(good));
        expect((await wholeRotation(world)).reports).toEqual(['succeeded']);
      });
    });

    it('shows no password in an error, wherever the steps stop', async () => {
      const world = await suite.world();
      const token = await world.store.begin();
      const redact = redactor();
      await step(world, token, 'createSecret', { redact });
      const values = [await labelled(world.store, 'AWSCURRENT'), await labelled(world.store, 'AWSPENDING')];
      const aborted = AbortSignal.abort();

      const errors: unknown[] = [];
      // One after the other: the last one gets through, and a step that fails when all is done has no error.
      for (const name of rotationSteps.slice(1)) {
        errors.push(await step(world, token, name, { signal: aborted, redact }).catch((error: unknown) => error));
      }

      const seen = errors.flatMap((error) => (error instanceof Error ? [inspect(error, { depth: 9 })] : []));
      expect(seen.length).toBeGreaterThan(1);
      for (const value of values) expect(seen.join('\n')).not.toContain(value?.password);
    });

    describeCrashes(suite);
    describeFailures(suite);
    describeRollbacks(suite);
    const { lag } = suite;
    const name = 'gets through when %i reads after every write are stale';
    if (lag === undefined) it.skip(`${name} (this store has no lag to play)`, () => {});
    else {
      it.each([1, 2])(name, async (reads) => {
        const world = await suite.world();
        lag(world, reads);

        const { token } = await wholeRotation(world);

        expect((await byLabel(world.store)).AWSCURRENT).toBe(token);
        expect(await openLabels(world)).toContain('AWSCURRENT');
      });
    }
  });
}

const because = (reason: string | undefined) => (reason === undefined ? '' : ` (${reason})`);
