import type { Paint } from '../../terminal/paint.ts';
import { wrapped } from '../../terminal/table.ts';
import { barMeans, loginsText, painted, reportOf, rowsOf, userText, WIDTH, whole } from '../report-parts.ts';
import { strategies } from '../strategies.ts';
import type { ParameterFigures } from './demo.ts';

export function parameterReport({ server, acts, claims, ms }: ParameterFigures, paint: Paint): string {
  return reportOf(
    {
      title: wrapped(`Rekey rotates two SecureString parameters of ${server}`, WIDTH),
      how: `Each one by its schedule, then in a process that is killed between the system and the parameter, then by three invocations at once. An application for each keeps fetching the newest version and logging in. ${barMeans}`,
      parts: acts,
      section: (act) => section(act, paint),
      claims,
      ms,
      namesBroken: true,
    },
    paint,
  );
}

function section(act: ParameterFigures['acts'][number], paint: Paint): string[] {
  const { strategy, parameter, users, client, bar, labels, messages } = act;
  const row = rowsOf(act, paint);
  const told = Object.entries(labels)
    .map(([label, version]) => `${label} ${version}`)
    .sort();
  return [
    paint.bold(strategies[strategy].title),
    row('parameter', parameter),
    row('by schedule', `${whole(act.ms)} ms, with the start of its process; ${act.callCount} calls`, 'function'),
    row('killed', `and repeated with the same execution id: ${whole(act.crashMs)} ms`),
    row('three at once', 'one rotates, two leave quietly', 'rotation'),
    row('labels', told.join(', '), 'labels'),
    row('user', userText(users)),
    row('application', painted(bar, paint)),
    row('', loginsText(client), 'client'),
    row('SNS messages', messages.map(({ body }) => String(body.outcome)).join(', ') || 'none came', 'message'),
  ];
}
