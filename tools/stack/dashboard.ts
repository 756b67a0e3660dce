/** A page in CloudWatch for what a stack did, and queries for its logs. Made only on request: from the fourth one on, a dashboard costs. */
import { type Part, ref, sub } from './template.ts';

const REGION = `\${AWS::Region}`;

/** By name: what the logs are asked. docs/notifications.md lists them, and what the fields are. */
export const savedQueries: Readonly<Record<string, string>> = {
  failures:
    'fields @timestamp, secretId, step, code, fact, hint, working, attempt | filter level = "ERROR" and ispresent(code) | sort @timestamp desc | limit 100',
  'failures-by-code':
    'filter level = "ERROR" and ispresent(code) | stats count(*) as failures, count_distinct(secretId) as secrets, latest(@timestamp) as last by code, system, strategy | sort failures desc',
  'one-secret':
    'fields @timestamp, token, step, message, outcome, code, durationMs | filter secretId like "PUT THE NAME OF A SECRET HERE" | sort @timestamp asc',
  outcomes: 'filter ispresent(outcome) | stats count(*) as times by bin(1d), outcome | sort @timestamp desc',
  'overdue-and-stuck':
    'filter outcome in ["overdue", "stuck"] | stats earliest(@timestamp) as since, latest(@timestamp) as last by secretId, outcome | sort since asc',
  outages:
    'filter OutageMs > 0 | fields @timestamp, secretId, system, strategy, OutageMs | sort OutageMs desc | limit 100',
  untold:
    'fields @timestamp, secretId, outcome, code, error | filter message = "the notification was not published" | sort @timestamp desc',
};

/** `logGroups` and `alarms`: logical ids. */
export function dashboardOf(
  prefix: string,
  { logGroups, alarms }: Readonly<Record<'logGroups' | 'alarms', readonly string[]>>,
): Record<string, Part> {
  const queries = Object.entries(savedQueries).map(([name, QueryString]) => [
    `${name.replace(/(?:^|-)(\w)/g, (_, letter) => letter.toUpperCase())}Query`,
    {
      Type: 'AWS::Logs::QueryDefinition',
      Condition: 'MakesDashboard',
      Properties: { Name: `${prefix}/${name}`, QueryString, LogGroupNames: logGroups.map(ref) },
    },
  ]);
  const body = { start: '-P30D', widgets: [...rows(prefix, alarms), lastFailures(logGroups)] };
  return {
    RotationDashboard: {
      Type: 'AWS::CloudWatch::Dashboard',
      Condition: 'MakesDashboard',
      Properties: {
        // Names of dashboards are of the account, and not of the region.
        DashboardName: sub(`${prefix}-${REGION}`),
        DashboardBody: sub(JSON.stringify(body)),
      },
    },
    ...Object.fromEntries(queries),
  };
}

function rows(prefix: string, alarms: readonly string[]) {
  const search = (dimensions: string, terms: string, statistic: string, period: number) =>
    `SEARCH('{Rekey,${dimensions}} stack="${prefix}" ${terms}', '${statistic}', ${period})`;
  const measure = (name: string, statistic: string) =>
    search('stack,system,strategy', `MetricName="${name}"`, statistic, 3600);
  const graphs: readonly (readonly [title: string, expression: string])[] = [
    ['Outcomes a day', search('stack,outcome', 'MetricName="Outcomes"', 'Sum', 86_400)],
    ['Failures', search('stack,system,strategy,outcome', 'MetricName="Outcomes" outcome="failed"', 'Sum', 3600)],
    ['Outage, longest (ms)', measure('OutageMs', 'Maximum')],
    ['Duration of an invocation, p95 (ms)', measure('DurationMs', 'p95')],
    ['Requests to AWS', measure('ServiceCalls', 'Sum')],
    ['Logins at databases', measure('Logins', 'Sum')],
  ];
  const status = {
    type: 'alarm',
    ...{ x: 0, y: 0, width: 24, height: 2 },
    properties: { title: `Alarms of ${prefix}`, alarms: alarms.map((id) => `\${${id}.Arn}`) },
  };
  const widgets = graphs.map(([title, expression], at) => ({
    type: 'metric',
    ...{ x: (at % 2) * 12, y: 2 + Math.floor(at / 2) * 6, width: 12, height: 6 },
    properties: { title, region: REGION, view: 'timeSeries', metrics: [[{ expression, id: `e${at}` }]] },
  }));
  return [status, ...widgets];
}

const lastFailures = (logGroups: readonly string[]) => ({
  type: 'log',
  ...{ x: 0, y: 20, width: 24, height: 8 },
  properties: {
    title: 'Last failures',
    region: REGION,
    view: 'table',
    query: `${logGroups.map((id) => `SOURCE '\${${id}}'`).join(' | ')} | ${savedQueries.failures}`,
  },
});
