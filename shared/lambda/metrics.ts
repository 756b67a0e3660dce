/**
 * Metrics in the log: CloudWatch makes them of a line that has the member `_aws`, so no call is made for them. Each different set of
 * dimensions is a metric that costs, so names of secrets are none, and what one looks up for a single failure (step, code, token) is a
 * field beside. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import { metricsStack } from './config.ts';
import type { Fields } from './log.ts';

/** What one invocation took. */
export interface Measures {
  readonly DurationMs: number;
  /** Requests to AWS, repeats among them. */
  readonly ServiceCalls: number;
  /** Logins that were tried at databases. */
  readonly Logins: number;
  /** For how long the system refused AWSCURRENT, once that is over. */
  readonly OutageMs?: number | undefined;
}

const UNITS = {
  Outcomes: 'Count',
  DurationMs: 'Milliseconds',
  ServiceCalls: 'Count',
  Logins: 'Count',
  OutageMs: 'Milliseconds',
} as const;

/** Fields for a line that has `system` and `strategy`. None where the deployment wants no metrics. */
export function metrics({ outcome, ...measures }: { readonly outcome?: string } & Partial<Measures>): Fields {
  const stack = metricsStack();
  if (stack === undefined) return outcome === undefined ? {} : { outcome };
  const taken = Object.fromEntries(Object.entries(measures).filter(([, value]) => value !== undefined));
  const kind = ['stack', 'system', 'strategy'];
  const directives = [
    ...(outcome === undefined
      ? []
      : [directive(['Outcomes'], [['stack'], ['stack', 'outcome'], [...kind, 'outcome']])]),
    ...(Object.keys(taken).length === 0 ? [] : [directive(Object.keys(taken), [kind])]),
  ];
  return {
    ...(outcome !== undefined && { outcome, Outcomes: 1 }),
    ...taken,
    stack,
    _aws: { Timestamp: Date.now(), CloudWatchMetrics: directives },
  };
}

const directive = (names: readonly string[], dimensions: readonly (readonly string[])[]) => ({
  Namespace: 'Rekey',
  Dimensions: dimensions,
  Metrics: names.map((Name) => ({ Name, Unit: UNITS[Name as keyof typeof UNITS] })),
});
