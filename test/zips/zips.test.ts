/**
 * Each packaged zip under AWS's own runtime interface client: it starts, a step that goes wrong is told as Lambda wants it, and whole
 * rotations go through, in one process (warm) and in one for each step (cold), within memory and time. `npm run zips` alone runs it.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { openDatabaseStage } from '../../demo/database-stage.ts';
import { engineNames, loadEngine } from '../../demo/engine.ts';
import { loadAct, providerNames } from '../../demo/provider/act.ts';
import { driveRotation, labelsOf } from '../../demo/rotate.ts';
import { strategies } from '../../demo/strategies.ts';
import { startDatadogApplicationKeys } from '../../local/doubles/datadog.ts';
import { startAcme } from '../support/acme.ts';
import { packagedFunctions } from '../support/packaged-functions.ts';
import { packagedKey } from '../support/packaged-key.ts';
import { unavailable } from '../support/servers.ts';
import { startTwilioAuthToken } from '../support/twilio-auth-token.ts';
import type { Runtime } from './runtime.ts';
import { makeZips, missingForZips } from './zips.ts';

const missing = missingForZips();
if (missing !== undefined) unavailable({ engine: 'lambda-client', reason: missing });
const zips = missing === undefined ? await makeZips() : undefined;
afterAll(() => zips?.close());
const shown = await Promise.all(providerNames().map(async (name) => ({ name, act: await loadAct(name) })));
const { signal } = new AbortController();
const modes = ['warm', 'cold'] as const;

/** Within what its zip is deployed with, and with as many processes as the mode means. */
function expectWithin({ seen, limits }: Runtime, processes: number, secrets: readonly string[] = []) {
  expect(seen.processes).toBe(processes);
  expect(seen.peakBytes).toBeGreaterThan(0);
  expect(seen.peakBytes).toBeLessThan(limits.memoryMb * 1024 * 1024);
  expect(seen.longestMs).toBeLessThan(limits.timeoutSeconds * 1000);
  for (const secret of secrets) expect(seen.lines.join('\n')).not.toContain(secret);
}

describe.skipIf(zips === undefined)('a zip starts, and tells that an event is of no use', () => {
  it.each(zips?.names ?? ['all'])('%s', async (name) => {
    const runtime = await zips?.run(name);
    if (!runtime) return;

    const answer = await fetch(`${runtime.url}/invocations`, { method: 'POST', body: '{"Step":"noSuchStep"}' });

    const { errorType, errorMessage } = JSON.parse(await answer.text());
    expect(answer.headers.get('x-amz-function-error')).toBe('Unhandled');
    expect([errorType, errorMessage]).toEqual([expect.stringMatching(/^\w+Error$/), expect.stringMatching(/\w+ \w+/)]);
    expectWithin(runtime, 1);
  });
});

describe.skipIf(zips === undefined).each(engineNames())('%s', async (name) => {
  const engine = await loadEngine(name);
  const without = engine.missing?.();
  if (without !== undefined) unavailable({ engine: name, reason: `${without} is not installed` });
  const stage = zips && !without ? await openDatabaseStage({ engine: name, signal, progress: () => {} }, 0) : undefined;
  afterAll(() => stage?.close());

  it.skipIf(without !== undefined).for(engine.strategies.flatMap((one) => modes.map((mode) => [one, mode] as const)))(
    '%s, %s',
    async ([strategy, mode]) => {
      if (!stage || !zips) return;
      const planted = await stage.plant(strategy, mode, `${strategy}-${mode}`);
      const runtime = await zips.takeOver(stage.sandbox, planted.functionArn, mode);

      const { failure, token, requests } = await driveRotation(stage, planted);

      expect(failure).toBeUndefined();
      expect(await labelsOf(stage, planted.secret)).toMatchObject({ AWSCURRENT: token });
      const current = await stage.read<typeof planted.initial>(planted.secret, 'AWSCURRENT');
      expect(await engine.login(current, stage.database.ca)).toBe('opened');
      const { calls, hasOutage } = strategies[strategy];
      expect(await engine.login(planted.initial, stage.database.ca)).toBe(hasOutage ? 'refused' : 'opened');
      expect(requests).toHaveLength(calls);
      expectWithin(runtime, mode === 'warm' ? 1 : 4, [planted.initial.password, current.password]);
    },
  );
});

describe.skipIf(zips === undefined)('keys of providers', () => {
  it.each([
    ...shown.map(({ name, act }) => [name, act.handler ?? name, act.start] as const),
    ['datadog', 'applicationKey', startDatadogApplicationKeys],
    ['declared', 'declared', startAcme],
    ['twilio', 'authToken', startTwilioAuthToken],
  ] as const)('%s, %s', async (bundle, handler, start) => {
    const house = await packagedKey(bundle, () => start());
    onTestFinished(house.close);
    const secret = await house.secret();
    for (const mode of modes) {
      const arn = house.register(handler, bundle === 'declared' ? { DECLARED_PROVIDER: 'providers/acme.json' } : {});
      const runtime = await zips?.takeOver(house.sandbox, arn, mode);
      if (!runtime) return;

      const { error, token } = await house.rotate(secret, arn);

      expect(error).toBeUndefined();
      expect(await house.labels(secret)).toMatchObject({ AWSCURRENT: token });
      expect(house.double.opens(await house.value(secret))).toBe(true);
      expect(house.messages(secret).at(-1)?.body.outcome).toBe('succeeded');
      expectWithin(runtime, mode === 'warm' ? 1 : 4);
    }
  });
});

describe.skipIf(zips === undefined)('values that no system is told of', () => {
  it.each(modes)('a secret, %s', async (mode) => {
    const house = await packagedFunctions('generated-value', {});
    onTestFinished(house.close);
    const secret = await house.rawSecret('{"generate":{"kind":"hex","bytes":16},"value":"first"}');
    const arn = house.register('generatedValue');
    const runtime = await zips?.takeOver(house.sandbox, arn, mode);
    if (!runtime) return;

    const { error } = await house.rotate(secret, arn);

    expect(error).toBeUndefined();
    const { value } = await house.value(secret);
    expect(value).toMatch(/^[0-9a-f]{32}$/);
    expectWithin(runtime, mode === 'warm' ? 1 : 4, [String(value)]);
  });

  it.each(modes)('a parameter, %s', async (mode) => {
    const house = await packagedFunctions('parameter', {});
    onTestFinished(house.close);
    const Value = '{"generate":{"kind":"hex","bytes":16},"value":"first"}';
    const region = { region: house.sandbox.account.region };
    await house.sandbox.ssm.call('PutParameter', { Name: '/app/key', Type: 'SecureString', Value }, region);
    const arn = house.register('generatedValue');
    const runtime = await zips?.takeOver(house.sandbox, arn, mode);
    if (!runtime) return;

    const answer = await house.sandbox.functions.invoke(arn, { Parameter: '/app/key', Token: randomUUID() });

    expect(answer).toMatchObject({ ok: true, payload: { Outcome: 'rotated' } });
    expectWithin(runtime, 1);
  });
});
