/** The alarms, the dashboard and the saved queries of a stack, held against what the functions write into their logs. */
import { describe, expect, it, vi } from 'vitest';
import { metrics } from '../../shared/lambda/metrics.ts';
import { choose } from '../../tools/stack/choose.ts';
import { savedQueries } from '../../tools/stack/dashboard.ts';
import { type MetricLine, metricsIn } from '../support/emf.ts';
import { read } from './files.ts';
import { naming, templateOf, theBlocks } from './stack.ts';

const all = await theBlocks();
const stack = (functions: string, values: Record<string, string> = {}) =>
  templateOf(choose(all, functions), values).Resources as unknown as Record<string, Resource>;
interface Resource {
  readonly Type: string;
  readonly Condition?: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}
const ofType = (resources: Record<string, Resource>, type: string) =>
  Object.entries(resources).filter(([, { Type }]) => Type === type);
const alarmsIn = (resources: Record<string, Resource>) => ofType(resources, 'AWS::CloudWatch::Alarm');

/** As the functions of the stack write them. */
function written(outcome: string): string[] {
  vi.stubEnv('METRICS', 'rekey-dev');
  const measures = { DurationMs: 1, ServiceCalls: 1, Logins: 1, OutageMs: 1 };
  const line = { ...metrics({ outcome, ...measures }), system: 'postgres', strategy: 'single-user' };
  vi.unstubAllEnvs();
  return metricsIn([line as unknown as MetricLine]);
}

describe('alarms', () => {
  it('are a handful, however many functions there are, and tell the topic what no message there says', () => {
    for (const functions of ['postgres-single-user,watch', '*']) {
      const alarms = alarmsIn(stack(functions));

      expect(alarms.map(([id]) => id)).toEqual([
        'FailedAlarm',
        'OverdueAlarm',
        'StuckAlarm',
        'SilentAlarm',
        'DiedAlarm',
      ]);
      const actions = alarms.map(([, { Properties }]) => Properties.AlarmActions);
      const [failed, overdue, stuck, ...telling] = actions.map((one) => (one as { 'Fn::If': unknown[] })['Fn::If']);
      const own = ['HasAlarmTopic', [{ Ref: 'AlarmTopicArn' }]];
      expect([failed, overdue, stuck]).toEqual(Array(3).fill([...own, { Ref: 'AWS::NoValue' }]));
      expect(telling).toEqual(Array(2).fill([...own, [{ Ref: 'RotationTopic' }]]));
    }
  });

  it('all go to a topic of their own, where one is given, and no message does', () => {
    const template = templateOf(choose(all, 'sendgrid'), {
      'alarm-topic-arn': 'arn:aws:sns:eu-west-1:123456789012:pager',
    });

    expect(template.Parameters.AlarmTopicArn).toMatchObject({ Default: expect.stringMatching(/:pager$/) });
    const { FailedAlarm: _failed, DiedAlarm: _died, ...others } = template.Resources;
    expect(JSON.stringify(others)).not.toContain('AlarmTopic');
  });

  it('of the daily look come with the daily look', () => {
    expect(alarmsIn(stack('sendgrid')).map(([id]) => id)).toEqual(['FailedAlarm', 'DiedAlarm']);
  });

  it('look at metrics that the functions write', () => {
    const known = ['failed', 'overdue', 'stuck', 'looked'].flatMap(written);

    for (const [id, { Properties }] of alarmsIn(stack('*'))) {
      if (id === 'DiedAlarm') continue;
      const { MetricName, Namespace, Dimensions } = Properties as {
        MetricName: string;
        Namespace: string;
        Dimensions: { Name: string; Value: string }[];
      };
      expect(Namespace).toBe('Rekey');
      expect(known).toContain([MetricName, ...Dimensions.map(({ Name, Value }) => `${Name}=${Value}`)].join(' '));
    }
  });

  it('one rings when the daily look is dead, however much is rotated', () => {
    expect(stack('*').SilentAlarm?.Properties).toMatchObject({
      Dimensions: [
        { Name: 'stack', Value: 'rekey-dev' },
        { Name: 'outcome', Value: 'looked' },
      ],
      TreatMissingData: 'breaching',
    });
  });

  it('look back no longer than CloudWatch does, a day, or a week where a period is an hour or more', () => {
    for (const [, { Properties }] of alarmsIn(stack('*'))) {
      const { Period, EvaluationPeriods } = Properties as { Period: number; EvaluationPeriods: number | object };
      const most = typeof EvaluationPeriods === 'number' ? EvaluationPeriods : 7;
      expect(Period * most).toBeLessThanOrEqual(Period < 3600 ? 86_400 : 604_800);
    }
  });

  it('go with the metrics, but for the one that Lambda’s own words ring', () => {
    const conditions = alarmsIn(stack('*')).map(([id, { Condition }]) => [id, Condition]);

    expect(conditions.filter(([, condition]) => condition !== 'WritesMetrics')).toEqual([['DiedAlarm', undefined]]);
  });
});

describe('a process that dies', () => {
  const resources = stack('*');
  const filters = ofType(resources, 'AWS::Logs::MetricFilter').map(([, { Properties }]) => Properties);
  /** Terms with a question mark: one of them is enough. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html */
  const phrases = [...String(filters[0]?.FilterPattern).matchAll(/\?"([^"]+)"/g)].map(([, phrase = '']) => phrase);
  const isCounted = (line: string) => phrases.some((phrase) => line.includes(phrase));

  it('is counted in the log of each function, in one metric, which one alarm looks at', () => {
    const { MetricName, Namespace } = { ...resources.DiedAlarm?.Properties };

    expect(filters.map(({ LogGroupName }) => LogGroupName)).toEqual(
      Object.keys(all).map((key) => ({ Ref: naming.getLogGroupLogicalId(key) })),
    );
    for (const { FilterPattern, MetricTransformations } of filters) {
      expect(FilterPattern).toBe(filters[0]?.FilterPattern);
      expect(MetricTransformations).toEqual([{ MetricNamespace: Namespace, MetricName, MetricValue: '1' }]);
    }
  });

  it.each([
    '2026-03-01T02:00:30.118Z 6c6a5a0e Task timed out after 30.03 seconds',
    'RequestId: 6c6a5a0e Error: Runtime exited with error: signal: killed',
    'RequestId: 6c6a5a0e Error: Runtime exited without providing a reason',
    '{"errorType":"Runtime.ImportModuleError","errorMessage":"Error: Cannot find module \'index\'"}',
  ])('is counted by what Lambda writes: %s', (line) => {
    expect(isCounted(line)).toBe(true);
  });

  it('is not counted where the function itself says why it failed', () => {
    const line = {
      level: 'ERROR',
      code: 'DEADLINE',
      fact: 'the step did not end before the time limit of the function',
    };

    expect(isCounted(JSON.stringify(line))).toBe(false);
    expect(isCounted('REPORT RequestId: 6c6a5a0e Duration: 812.04 ms Memory Size: 512 MB')).toBe(false);
  });
});

describe('the dashboard', () => {
  const resources = stack('postgres-single-user,watch', { dashboard: 'on' });
  const body = JSON.parse(
    String((resources.RotationDashboard?.Properties.DashboardBody as { 'Fn::Sub': string } | undefined)?.['Fn::Sub']),
  ) as { widgets: { properties: { metrics?: [[{ expression: string }]]; query?: string; alarms?: string[] } }[] };

  it('searches for metrics with the dimensions that the functions write', () => {
    const sets = written('failed').map((metric) => {
      const [name, ...values] = metric.split(' ');
      return `${name} ${values.map((value) => value.split('=')[0])}`;
    });
    const searched = body.widgets.flatMap(({ properties }) => properties.metrics?.[0] ?? []);

    expect(searched.length).toBeGreaterThan(4);
    for (const { expression } of searched) {
      const [, dimensions, name] =
        /^SEARCH\('\{Rekey,([\w,]+)\} stack="rekey-dev" MetricName="(\w+)"/.exec(expression) ?? [];
      expect(sets).toContain(`${name} ${dimensions}`);
    }
  });

  it('shows every alarm', () => {
    const shown = body.widgets.flatMap(({ properties }) => properties.alarms ?? []);

    expect(shown).toEqual(alarmsIn(resources).map(([id]) => `\${${id}.Arn}`));
  });

  it('and the queries are made on request only, and not without metrics', () => {
    const { Conditions, Parameters } = templateOf(choose(all, 'sendgrid'));
    const made = Object.values(resources).filter(({ Type }) => /Dashboard$|QueryDefinition$/.test(Type));

    expect(made.map(({ Condition }) => Condition)).toEqual(Array(made.length).fill('MakesDashboard'));
    expect(made).toHaveLength(1 + Object.keys(savedQueries).length);
    expect(Parameters.Dashboard).toMatchObject({ Default: 'off' });
    expect(Conditions.MakesDashboard).toEqual({
      'Fn::And': [{ Condition: 'WritesMetrics' }, { 'Fn::Equals': [{ Ref: 'Dashboard' }, 'on'] }],
    });
  });
});

describe('a saved query', () => {
  const page = read('docs/notifications.md');
  const fields = new Set(
    [...page.matchAll(/^\| ((?:`\w+`,? ?)+) \|/gm)].flatMap(([, names = '']) => names.match(/\w+/g) ?? []),
  );

  it.each(Object.entries(savedQueries))('%s is on the page, and asks for fields that are there', (name, query) => {
    const words = query.replace(/"[^"]*"/g, '').match(/(?<![@\w])[a-z]\w*/gi) ?? [];
    const made = [...query.matchAll(/ as (\w+)/g)].map(([, alias = '']) => alias);
    const language =
      /^(fields|filter|stats|sort|limit|by|as|and|in|like|is|desc|asc|bin|1d|d|count|count_distinct|latest|earliest|ispresent)$/;

    const unknown = words.filter((word) => !language.test(word) && !made.includes(word) && !fields.has(word));

    expect(page.includes(`\`${name}\``)).toBe(true);
    expect(unknown).toEqual([]);
  });
});

it('a topic with no key of its own asks for none, and no function has a right to one', () => {
  const { RotationTopic, SendgridRole } = stack('sendgrid', { 'topic-key-arn': 'none' });

  expect(RotationTopic?.Properties.KmsMasterKeyId).toEqual({
    'Fn::If': ['HasTopicKey', expect.anything(), { Ref: 'AWS::NoValue' }],
  });
  expect(JSON.stringify(SendgridRole)).toContain('{"Fn::If":["HasTopicKey",{"Sid":"UseTopicKeyThroughTopic"');
  expect(templateOf(choose(all, 'sendgrid')).Conditions.HasTopicKey).toEqual({
    'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'TopicKeyArn' }, 'none'] }],
  });
});
