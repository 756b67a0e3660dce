/** Lines of a log that CloudWatch would make metrics of, checked by the rules of the embedded metric format. */
import { Ajv2020 } from 'ajv/dist/2020.js';

export interface MetricLine extends Readonly<Record<string, unknown>> {
  readonly _aws: { readonly CloudWatchMetrics: readonly Directive[] };
}
interface Directive {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string }[];
}

const text = (maxLength: number) => ({ type: 'string', minLength: 1, maxLength });
const exactly = (properties: Record<string, object>, optional: readonly string[] = []) => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
});
const several = (items: object, maxItems: number) => ({ type: 'array', items, minItems: 1, maxItems });

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
const metadata = exactly({
  Timestamp: { type: 'integer', minimum: 1 },
  CloudWatchMetrics: several(
    exactly({
      Namespace: text(255),
      Dimensions: several({ ...several(text(250), 30), uniqueItems: true }, 100),
      Metrics: several(
        exactly(
          { Name: text(255), Unit: { enum: ['Count', 'Milliseconds', 'None'] }, StorageResolution: { enum: [1, 60] } },
          ['Unit', 'StorageResolution'],
        ),
        100,
      ),
    }),
    100,
  ),
});
const check = new Ajv2020({ allErrors: true }).compile({
  type: 'object',
  properties: { _aws: metadata },
  required: ['_aws'],
});

/** Throws where a line says that it has metrics and breaks a rule. Lines without are left out. */
export function metricLines(lines: readonly string[]): MetricLine[] {
  return lines.flatMap((line) => {
    if (!line.includes('"_aws"')) return [];
    const parsed: MetricLine = JSON.parse(line);
    const isWhole: boolean = check(parsed);
    const faults = isWhole
      ? missing(parsed)
      : (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
    if (faults.length > 0) throw new Error(`no embedded metrics: ${faults.join('; ')}\n${line}`);
    return [parsed];
  });
}

/** What directives name has to be a member of the line: a text for a dimension, a number for a metric. */
function missing({ _aws, ...members }: MetricLine): string[] {
  return _aws.CloudWatchMetrics.flatMap(({ Dimensions, Metrics }) => [
    ...Dimensions.flat()
      .filter((name) => typeof members[name] !== 'string' || members[name] === '')
      .map((name) => `dimension ${name} has no text`),
    ...Metrics.filter(({ Name }) => !Number.isFinite(members[Name])).map(({ Name }) => `metric ${Name} has no number`),
  ]);
}

/** As CloudWatch counts metrics, each with the values of its dimensions: `Outcomes stack=rekey-dev outcome=failed`. */
export function metricsIn(lines: readonly MetricLine[]): string[] {
  const all = lines.flatMap((line) =>
    line._aws.CloudWatchMetrics.flatMap(({ Dimensions, Metrics }) =>
      Metrics.flatMap(({ Name }) =>
        Dimensions.map((set) => [Name, ...set.map((dimension) => `${dimension}=${line[dimension]}`)].join(' ')),
      ),
    ),
  );
  return [...new Set(all)].toSorted();
}
