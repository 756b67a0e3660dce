/**
 * A handful of alarms for all functions of a stack, whatever their number. They look at what the functions write into their logs, for
 * CloudWatch has no sum over functions that an alarm may look at: SEARCH is not allowed in one, metric math takes ten metrics, and a
 * Metrics Insights query sees three hours. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-limits.html
 */
import { ifElse, type Part, type Parts, ref } from './template.ts';

const DAY = 86_400;

/** `logGroups`: logical ids, by how the ids of a function's resources begin. `looks`: the daily look is among the functions. */
export function alarmsOf(
  prefix: string,
  { logGroups, looks }: { readonly logGroups: Readonly<Record<string, string>>; readonly looks: boolean },
): Record<string, Part> {
  const died = `${prefix}-died`;
  const outcomes = (outcome: string): Parts => ({
    MetricName: 'Outcomes',
    Dimensions: [dimension('stack', prefix), dimension('outcome', outcome)],
  });
  return {
    FailedAlarm: alarm(
      'A rotation step, or the daily look, failed. The message on the topic says why, and so does the log.',
      {
        ...outcomes('failed'),
        Period: 300,
        EvaluationPeriods: 1,
      },
    ),
    ...(looks && {
      OverdueAlarm: daily(
        'A secret was to be rotated, and was not. The message on the topic names it.',
        outcomes('overdue'),
      ),
      StuckAlarm: daily('A rotation has not ended. The message on the topic names the secret.', outcomes('stuck')),
      SilentAlarm: alarm(
        'The daily look came to no end for days: nobody would hear of a rotation that does not begin.',
        {
          ...outcomes('looked'),
          Period: DAY,
          EvaluationPeriods: ref('SilentDays'),
          ComparisonOperator: 'LessThanThreshold',
          TreatMissingData: 'breaching',
          ...TELLS,
        },
      ),
    }),
    DiedAlarm: alarm(
      'The process of a function died, or was ended at its time limit, before it could say why. Its log has the end.',
      { MetricName: died, Period: 300, EvaluationPeriods: 1, ...TELLS },
      {},
    ),
    ...Object.fromEntries(Object.entries(logGroups).map(([id, logGroup]) => [`${id}Died`, deaths(logGroup, died)])),
  };
}

const dimension = (Name: string, Value: string) => ({ Name, Value });

/** All go to the topic that was given for alarms. */
const alarmsTo = (otherwise: Part) => ({ AlarmActions: ifElse('HasAlarmTopic', [ref('AlarmTopicArn')], otherwise) });
/** Without one, those go to the topic of the messages that are about what has had no message there. */
const TELLS = alarmsTo([ref('RotationTopic')]);

const alarm = (AlarmDescription: string, properties: Parts, condition: Parts = { Condition: 'WritesMetrics' }) => ({
  Type: 'AWS::CloudWatch::Alarm',
  ...condition,
  Properties: {
    AlarmDescription,
    Namespace: 'Rekey',
    Statistic: 'Sum',
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    TreatMissingData: 'notBreaching',
    ...alarmsTo(ref('AWS::NoValue')),
    ...properties,
  },
});

/** The look counts once a day what is wrong then: over two days no gap between looks ends the alarm. */
const daily = (description: string, metric: Parts) =>
  alarm(description, { ...metric, Period: DAY, EvaluationPeriods: 2, DatapointsToAlarm: 1 });

/** What Lambda itself writes into a log when a process ends before its work: https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html */
const LAST_WORDS = ['Task timed out', 'Runtime exited', 'Runtime.ImportModuleError', 'Runtime.HandlerNotFound'];

const deaths = (logGroup: string, MetricName: string) => ({
  Type: 'AWS::Logs::MetricFilter',
  Properties: {
    LogGroupName: ref(logGroup),
    FilterPattern: LAST_WORDS.map((words) => `?"${words}"`).join(' '),
    MetricTransformations: [{ MetricNamespace: 'Rekey', MetricName, MetricValue: '1' }],
  },
});
