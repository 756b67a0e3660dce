import type { Paint } from '../../terminal/paint.ts';
import { wrapped } from '../../terminal/table.ts';
import type { Baseline } from './baseline.ts';
import type { Claim, DemoFigures, Rotation } from './demo.ts';
import type { Labels } from './rotate.ts';
import { strategies } from './strategies.ts';

/** Everything that a person wants to see, 80 columns wide. */
export function report(figures: DemoFigures, baseline: Baseline, paint: Paint): string {
  const { rotations } = figures;
  const processes = figures.mode === 'cold' ? 'a process for each step' : 'a process for each function';
  const how = `Verified TLS; ${processes}; an application for each secret keeps fetching AWSCURRENT and logging in, as fast as it can.`;
  const count = rotations.length === 2 ? 'two' : rotations.length === 3 ? 'three' : rotations.length;
  const claims = [...figures.claims, ...rotations.flatMap((rotation) => rotation.claims)];
  const lines = [
    ...wrapped(`Rekey rotates ${count} secrets of ${figures.server}, with the packaged functions`, 80).map(paint.bold),
    ...wrapped(how, 80).map(paint.dim),
    ...rotations.flatMap((rotation) => section(rotation, figures, baseline, paint)),
    '',
    ...figures.claims.map((claim) => `${mark(claim, paint)} ${claim.text}`),
    ...verdict(claims, figures.ms, paint),
    ...(baseline.engines[figures.engine] === undefined ? [] : ['', ...origin(baseline).map(paint.dim)]),
  ];
  return `${lines.join('\n')}\n`;
}

function section(rotation: Rotation, { engine, mode }: DemoFigures, baseline: Baseline, paint: Paint): string[] {
  const { strategy, client, users, notification, failure } = rotation;
  const theirs = baseline.engines[engine]?.[strategy];
  const times = theirs?.[mode];
  const held = (about: Claim['about']) => ({ held: rotation.claims.every((one) => one.held || one.about !== about) });
  const row = (name: string, text: string, claim?: { held: boolean }) =>
    `  ${name.padEnd(14)} ${text}${claim ? `  ${mark(claim, paint)}` : ''}`;
  return [
    '',
    paint.bold(strategies[strategy].title),
    ...rotation.steps.map(({ step, ms, initMs }) =>
      row(
        step,
        `${whole(ms).padStart(5)} ms${initMs === undefined ? '' : paint.dim('   with the start of its process')}`,
      ),
    ),
    row('all steps', `${whole(rotation.ms).padStart(5)} ms`, held('rotation')),
    ...(failure === undefined ? [] : wrapped(failure, 62).map((line) => row('', paint.bad(line)))),
    row('labels before', labels(rotation.before)),
    row('       after', labels(rotation.after), held('labels')),
    row('user', users.before === users.after ? `${users.after}, the same` : `${users.before}, now ${users.after}`),
    row(
      'application',
      `${client.refused} of ${client.logins} logins refused, outage ${outage(client.ms)}`,
      held('client'),
    ),
    row('old password', oldPassword(rotation), held('passwords')),
    row('function made', `${rotation.callCount} Secrets Manager calls, ${loginsOf(rotation)}`, held('function')),
    ...(theirs && times
      ? [
          row(
            "AWS's template",
            `${theirs.calls} calls, ${theirs.logins} logins, ${theirs.refusedLogins} of them refused;`,
          ),
          row('', `outage ${outage(times.outageMs)}, ${times.clientRefused} logins of the application refused`),
        ].map(paint.dim)
      : []),
    row('SNS message', notification?.subject ?? 'none came', held('message')),
    ...(notification ? message(notification.body).map((line) => row('', paint.dim(line))) : []),
  ];
}

function origin({ source }: Baseline): string[] {
  return wrapped(`AWS's figures: ${source}, not in this run (bench/baseline.json).`, 80);
}

export function verdict(claims: readonly Claim[], ms: number, paint: Paint): string[] {
  const broken = claims.filter((claim) => !claim.held);
  const seconds = (ms / 1000).toFixed(1);
  if (broken.length === 0) return [paint.good(`all ${claims.length} checks held, in ${seconds} s`)];
  return [
    paint.bad(`${broken.length} of ${claims.length} checks did not hold:`),
    ...broken.map((claim) => `  ${claim.text}`),
  ];
}

function loginsOf({ logins, refusedLogins }: Rotation): string {
  if (logins === undefined) return `${refusedLogins} logins refused`;
  return `${logins} logins, ${refusedLogins} more refused`;
}

export const mark = ({ held }: { held: boolean }, paint: Paint) => (held ? paint.good('ok') : paint.bad('FAILED'));

function labels(all: Labels): string {
  return Object.entries(all)
    .map(([label, version]) => `${label} ${version.slice(0, 8)}`)
    .join(', ');
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

const whole = (ms: number) => ms.toFixed(0);

export function outage(ms: number): string {
  if (ms === 0) return 'none';
  return Number.isFinite(ms) ? `${whole(ms)} ms` : 'without end';
}
