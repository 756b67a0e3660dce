import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { singleUserStrategy } from '../../../shared/databases/strategies/single-user.ts';
import { startInvocation } from '../../../shared/lambda/invocation.ts';
import { metrics } from '../../../shared/lambda/metrics.ts';
import { parseSecretEvent } from '../../../shared/lambda/secret-event.ts';
import { UnreachableError } from '../../../shared/rotation/errors.ts';
import { type MetricLine, metricLines, metricsIn } from '../../support/emf.ts';
import { memoryEngine, memoryServer } from '../../support/memory-engine.ts';

const lines: string[] = [];
vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
beforeEach(() => {
  vi.stubEnv('METRICS', 'rekey-test');
  lines.length = 0;
});
afterEach(() => vi.unstubAllEnvs());

const hung = new UnreachableError('it did not answer', { code: 'UNREACHABLE_TCP', hint: 'see the interface endpoint' });
const strategy = singleUserStrategy(memoryEngine(memoryServer()));

/** Each call is an invocation of its own, in this one process. */
function invocation(token: string, step = 'setSecret') {
  const made = startInvocation(strategy);
  made.event = parseSecretEvent({ Step: step, SecretId: 'arn:app', ClientRequestToken: token });
  return made;
}

describe('metrics', () => {
  it('of a failure: an outcome, and what the step took', async () => {
    const { loginTried, fail } = invocation('one');
    loginTried();
    loginTried();

    await fail(hung);

    const [line, ...others] = metricLines(lines);
    expect(others).toEqual([]);
    expect(line).toMatchObject({
      outcome: 'failed',
      Outcomes: 1,
      Logins: 2,
      step: 'setSecret',
      code: 'UNREACHABLE_TCP',
    });
    expect(line).not.toHaveProperty('OutageMs');
    expect(metricsIn([line as MetricLine])).toEqual([
      'DurationMs stack=rekey-test system=memory strategy=single-user',
      'Logins stack=rekey-test system=memory strategy=single-user',
      'Outcomes stack=rekey-test',
      'Outcomes stack=rekey-test outcome=failed',
      'Outcomes stack=rekey-test system=memory strategy=single-user outcome=failed',
      'ServiceCalls stack=rekey-test system=memory strategy=single-user',
    ]);
  });

  it('of an outcome that is told: one line; and one for what the step took', async () => {
    const { report, done } = invocation('two', 'finishSecret');

    await report({ outcome: 'succeeded' });
    done();

    const [outcome, took, ...others] = metricLines(lines);
    expect(others).toEqual([]);
    expect(outcome).toMatchObject({ outcome: 'succeeded', Outcomes: 1 });
    expect(took).toMatchObject({ message: 'step done', DurationMs: expect.any(Number), Logins: 0 });
    expect(took).not.toHaveProperty('Outcomes');
  });

  it('name no secret, token, step or code in a dimension', async () => {
    await invocation('three').fail(hung);

    const named = metricLines(lines).flatMap(({ _aws }) =>
      _aws.CloudWatchMetrics.flatMap((one) => one.Dimensions.flat()),
    );
    expect(new Set(named)).toEqual(new Set(['stack', 'system', 'strategy', 'outcome']));
  });

  it('are left out where the setting names no stack, and the line says the outcome all the same', async () => {
    vi.stubEnv('METRICS', '');

    await invocation('four').fail(hung);

    expect(metricLines(lines)).toEqual([]);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'ERROR', outcome: 'failed' });
  });

  it('that are nothing are no metrics', () => {
    expect(metrics({ DurationMs: 1, OutageMs: undefined })).toMatchObject({
      _aws: { CloudWatchMetrics: [{ Metrics: [{ Name: 'DurationMs' }] }] },
    });
  });
});

describe('an outage', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: new Date('2026-03-01T02:00:00Z'), toFake: ['Date'] });
  });
  afterEach(() => vi.useRealTimers());

  it('lasts from the moment in which the system took the new credential to the promotion', () => {
    const { progress, done } = invocation('five');
    progress.refusedSince = new Date();
    vi.setSystemTime(Date.now() + 40);
    progress.working = 'AWSCURRENT';

    done();

    expect(metricLines(lines)).toMatchObject([{ OutageMs: 40 }]);
  });

  it('that a failed try began ends with the one that passes', async () => {
    const first = invocation('six');
    first.progress.refusedSince = new Date();
    first.progress.working = 'AWSPENDING';
    await first.fail(hung);
    vi.setSystemTime(Date.now() + 60_000);

    invocation('six').done();

    expect(metricLines(lines).map(({ OutageMs }) => OutageMs)).toEqual([undefined, 60_000]);
  });

  it('that has not ended is not measured', () => {
    const { progress, done } = invocation('seven');
    progress.refusedSince = new Date();
    progress.working = 'AWSCURRENT or AWSPENDING';

    done();

    expect(metricLines(lines)[0]).not.toHaveProperty('OutageMs');
  });
});

describe('the check of the format', () => {
  const good = {
    _aws: { Timestamp: 1, CloudWatchMetrics: [{ Namespace: 'N', Dimensions: [['d']], Metrics: [{ Name: 'M' }] }] },
    d: 'x',
    M: 1,
  };
  const directive = good._aws.CloudWatchMetrics[0];

  it.each([
    ['a dimension that is no text', { ...good, d: 1 }],
    ['a metric that is no number', { ...good, M: '1' }],
    [
      'a directive without dimensions',
      { ...good, _aws: { Timestamp: 1, CloudWatchMetrics: [{ ...directive, Dimensions: [] }] } },
    ],
    ['a member that the format does not know', { ...good, _aws: { ...good._aws, Extra: 1 } }],
    ['no time', { ...good, _aws: { CloudWatchMetrics: [directive] } }],
  ])('finds %s', (_, line) => {
    expect(metricLines([JSON.stringify(good)])).toHaveLength(1);
    expect(() => metricLines([JSON.stringify(line)])).toThrow('no embedded metrics');
  });
});
