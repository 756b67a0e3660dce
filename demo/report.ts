import type { Paint } from '../terminal/paint.ts';
import { wrapped } from '../terminal/table.ts';
import type { DemoFigures, Rotation } from './demo.ts';
import {
  barMeans,
  failureLines,
  labelsText,
  loginsText,
  painted,
  reportOf,
  rowsOf,
  userText,
  WIDTH,
  whole,
} from './report-parts.ts';
import { strategies } from './strategies.ts';

export function report(figures: DemoFigures, paint: Paint): string {
  const { rotations, server, mode, claims, ms } = figures;
  const processes = mode === 'cold' ? 'a process for each step' : 'a process for each function';
  const count = rotations.length === 2 ? 'two' : rotations.length === 3 ? 'three' : rotations.length;
  return reportOf(
    {
      title: wrapped(`Rekey rotates ${count} secrets of ${server}, with the packaged functions`, WIDTH),
      how: `Verified TLS; ${processes}; an application for each secret keeps fetching AWSCURRENT and logging in, as fast as it can. ${barMeans}`,
      parts: rotations,
      section: (rotation) => section(rotation, paint),
      claims,
      ms,
      namesBroken: true,
    },
    paint,
  );
}

function section(rotation: Rotation, paint: Paint): string[] {
  const { strategy, client, users, notification } = rotation;
  const row = rowsOf(rotation, paint);
  return [
    paint.bold(strategies[strategy].title),
    ...rotation.steps.map(({ step, ms, initMs }) =>
      row(
        step,
        `${whole(ms).padStart(5)} ms${initMs === undefined ? '' : paint.dim('   with the start of its process')}`,
      ),
    ),
    row('all steps', `${whole(rotation.ms).padStart(5)} ms`, 'rotation'),
    ...failureLines(rotation.failure, paint).map((line) => row('', line)),
    row('labels before', labelsText(rotation.before)),
    row('       after', labelsText(rotation.after), 'labels'),
    row('user', userText(users)),
    row('application', painted(rotation.bar, paint)),
    row('', loginsText(client), 'client'),
    row('old password', oldPassword(rotation), 'passwords'),
    row('function made', `${rotation.callCount} Secrets Manager calls, ${loginsOf(rotation)}`, 'function'),
    row('SNS message', notification?.subject ?? 'none came', 'message'),
    ...(notification ? message(notification.body).map((line) => row('', paint.dim(line))) : []),
  ];
}

function loginsOf({ logins, refusedLogins }: Rotation): string {
  if (refusedLogins === undefined) return 'logins that the server does not count';
  if (logins === undefined) return `${refusedLogins} logins refused`;
  return `${logins} logins, ${refusedLogins} more refused`;
}

function oldPassword({ oldPassword: outcome, strategy, users }: Rotation): string {
  if (outcome === 'refused') return 'is refused';
  return strategies[strategy].hasOutage ? 'still works' : `still works, for ${users.before}, until the next rotation`;
}

/** The fields that tell something; the whole message is printed by --json. */
function message(body: Readonly<Record<string, unknown>>): string[] {
  const { outcome, strategy, step, working } = body;
  return [`outcome ${outcome}, strategy ${strategy}, step ${step}`, `credential that works now: ${working}`];
}
