import type { Paint } from '../../../terminal/paint.ts';
import { wrapped } from '../../../terminal/table.ts';
import type { Claim } from '../demo.ts';
import { mark, outage, verdict } from '../report.ts';
import { strategies } from '../strategies.ts';
import type { ParameterAct } from './act.ts';
import type { ParameterFigures } from './demo.ts';

/** Everything that a person wants to see, 80 columns wide. */
export function parameterReport(figures: ParameterFigures, paint: Paint): string {
  const claims = [...figures.claims, ...figures.acts.flatMap((act) => act.claims)];
  const how =
    'Each one by its schedule, then in a process that is killed between the system and the parameter, then by three invocations at once. An application for each keeps fetching the newest version and logging in.';
  const lines = [
    ...wrapped(`Rekey rotates two SecureString parameters of ${figures.server}`, 80).map(paint.bold),
    ...wrapped(how, 80).map(paint.dim),
    ...figures.acts.flatMap((act) => section(act, paint)),
    '',
    ...figures.claims.map((claim) => `${mark(claim, paint)} ${claim.text}`),
    ...verdict(claims, figures.ms, paint),
  ];
  return `${lines.join('\n')}\n`;
}

function section(
  { strategy, parameter, users, client, labels, messages, ...act }: ParameterAct,
  paint: Paint,
): string[] {
  const held = (about: Claim['about']) => ({ held: act.claims.every((one) => one.held || one.about !== about) });
  const row = (name: string, text: string, claim?: { held: boolean }) =>
    `  ${name.padEnd(14)} ${text}${claim ? `  ${mark(claim, paint)}` : ''}`;
  const told = Object.entries(labels)
    .map(([label, version]) => `${label} ${version}`)
    .sort();
  return [
    '',
    paint.bold(strategies[strategy].title),
    row('parameter', parameter),
    row(
      'by schedule',
      `${act.ms.toFixed(0)} ms, with the start of its process; ${act.callCount} calls`,
      held('function'),
    ),
    row('killed', `and repeated with the same execution id: ${act.crashMs.toFixed(0)} ms`),
    row('three at once', 'one rotates, two leave quietly', held('rotation')),
    row('labels', told.join(', '), held('labels')),
    row('user', users.before === users.after ? `${users.after}, the same` : `${users.before}, now ${users.after}`),
    row(
      'application',
      `${client.refused} of ${client.logins} logins refused, outage ${outage(client.ms)}`,
      held('client'),
    ),
    row('SNS messages', messages.map(({ body }) => String(body.outcome)).join(', ') || 'none came', held('message')),
  ];
}
