/** The alarms of a template of one function, and what they count, in plain words. */
import type { Part, Parts } from './template.ts';

export interface PlainAlarm {
  /** Looks at what is written only where metrics are. */
  readonly needsMetrics: boolean;
  /** The topic of the messages hears of it where alarms have none of their own. The others are about what has had its own message there. */
  readonly tells: boolean;
  readonly description: Part;
  readonly namespace: Part;
  readonly metric: Part;
  readonly dimensions: Readonly<Record<string, Part>>;
  readonly statistic: Part;
  readonly period: number;
  readonly evaluationPeriods: number;
  readonly datapoints: number | null;
  readonly threshold: number;
  readonly comparison: Part;
  readonly missing: Part;
}
/** Lambda's last words in a log, which are counted. */
export interface PlainFilter {
  readonly pattern: string;
  readonly namespace: string;
  readonly metric: string;
  readonly value: string;
}

interface Alarm {
  readonly Type: string;
  readonly Condition?: string;
  readonly Properties: Parts & { readonly Dimensions?: readonly { readonly Name: string; readonly Value: Part }[] };
}

/** By `failed`, `died` and so on. `given` gives what a parameter is without being asked for. */
export function plainAlarms(resources: Record<string, Part>, given: (part: Part) => Part): Record<string, PlainAlarm> {
  const all = Object.entries(resources as unknown as Record<string, Alarm>);
  const alarms = all.filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm');
  return Object.fromEntries(
    alarms.map(([id, { Condition, Properties: one }]) => [
      id.replace(/Alarm$/, '').toLowerCase(),
      {
        needsMetrics: Condition === 'WritesMetrics',
        tells: JSON.stringify(one.AlarmActions).includes('RotationTopic'),
        description: one.AlarmDescription ?? '',
        namespace: one.Namespace ?? '',
        metric: one.MetricName ?? '',
        dimensions: Object.fromEntries((one.Dimensions ?? []).map(({ Name, Value }) => [Name, Value])),
        statistic: one.Statistic ?? '',
        period: Number(one.Period),
        evaluationPeriods: Number(given(one.EvaluationPeriods ?? '')),
        datapoints: one.DatapointsToAlarm === undefined ? null : Number(one.DatapointsToAlarm),
        threshold: Number(one.Threshold),
        comparison: one.ComparisonOperator ?? '',
        missing: one.TreatMissingData ?? '',
      },
    ]),
  );
}

export function plainFilter(properties: Parts): PlainFilter {
  const [to] = properties.MetricTransformations as unknown as [Record<string, string>];
  return {
    pattern: String(properties.FilterPattern),
    namespace: to.MetricNamespace ?? '',
    metric: to.MetricName ?? '',
    value: to.MetricValue ?? '',
  };
}
