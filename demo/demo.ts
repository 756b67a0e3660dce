import { type Act, applicationClaims, claimsOf, goodLogins, playActs } from './acts.ts';
import type { Claim } from './claims.ts';
import type { DatabaseStage, Mode, StageOptions } from './database-stage.ts';
import { type Login, type LoginOutcome, loadEngine, refusedSince } from './engine.ts';
import { barOf, type Outage, outageOf } from './outage.ts';
import { type Rotated, rotate } from './rotate.ts';
import type { Notification } from './stage.ts';
import { type StrategyName, strategies } from './strategies.ts';

export interface Rotation extends Rotated {
  readonly strategy: StrategyName;
  readonly secret: string;
  readonly users: { readonly before: string; readonly after: string };
  /** What an application saw that fetched AWSCURRENT before each login. */
  readonly client: Outage;
  /** The same in a row, a sign for each of its logins. */
  readonly bar: string;
  /** Logins of the function itself that the server refused; absent where it does not tell. */
  readonly refusedLogins?: number;
  readonly oldPassword: LoginOutcome;
  readonly newPassword: LoginOutcome;
  readonly notification?: Notification;
  readonly claims: readonly Claim[];
}

export type DemoFigures = Awaited<ReturnType<typeof runDemo>>;

export async function runDemo(options: StageOptions & { readonly mode: Mode }) {
  const { mode, progress, signal } = options;
  const { strategies: shown } = await loadEngine(options.engine);
  const { figures, played } = await playActs(options, shown, (stage, act, passwords) => {
    progress(`rotating with ${act.strategy}`);
    return perform(stage, act, mode, passwords, signal);
  });
  return { ...figures, mode, rotations: played };
}

async function perform(
  stage: DatabaseStage,
  act: Act,
  mode: Mode,
  passwords: string[],
  signal: AbortSignal,
): Promise<Rotation> {
  const { engine, database } = stage;
  const { strategy } = act;
  const planted = await stage.plant(strategy, mode, act.username);
  const { secret, initial } = planted;
  const client = stage.startClient({ secretId: secret });
  await client.loggedIn(goodLogins);

  const rotated = await rotate(stage, planted);
  await client.loggedIn(goodLogins, rotated.failure === undefined ? rotated.token : undefined);
  await client.stop();
  signal.throwIfAborted();

  const refused = refusedSince(database, rotated.refusedBefore);
  const seen = outageOf(client.attempts);
  const latest = await stage.read<Login>(secret, 'AWSCURRENT');
  const pending = rotated.after.AWSPENDING ? await stage.read<Login>(secret, 'AWSPENDING') : latest;
  passwords.push(initial.password, latest.password, pending.password);
  const isAboutIt = ({ body }: Notification) => (body.secret as { arn?: string } | undefined)?.arn === secret;
  const notification = stage.notifications().find(isAboutIt);
  const figures = {
    ...rotated,
    strategy,
    secret,
    users: { before: initial.username, after: latest.username },
    client: seen,
    bar: barOf(client.attempts),
    ...(refused !== undefined && { refusedLogins: refused - seen.refused }),
    oldPassword: await engine.login(initial, database.ca),
    newPassword: await engine.login(latest, database.ca),
    ...(notification && { notification }),
  };
  const lastOnes = client.attempts.filter((one) => one.version === rotated.token && one.outcome === 'opened');
  return { ...figures, claims: rotationClaims(act, figures, lastOnes.length) };
}

function rotationClaims(act: Act, figures: Omit<Rotation, 'claims'>, loginsWithNew: number): Claim[] {
  const { before, after, token, client, notification } = figures;
  const { calls, logins } = strategies[act.strategy];
  const claim = claimsOf(act);
  return [
    claim('rotation', 'the rotation succeeded', figures.failure === undefined),
    claim('labels', 'AWSCURRENT is on the new version', after.AWSCURRENT === token),
    claim('labels', 'AWSPREVIOUS is on the old version', after.AWSPREVIOUS === before.AWSCURRENT),
    claim('labels', 'AWSPENDING is gone', after.AWSPENDING === undefined),
    claim('function', `at most ${calls} Secrets Manager calls`, figures.callCount <= calls),
    ...(figures.logins === undefined ? [] : [claim('function', `at most ${logins} logins`, figures.logins <= logins)]),
    ...(figures.refusedLogins === undefined
      ? []
      : [claim('function', 'no login of the function is refused', figures.refusedLogins === 0)]),
    claim('client', 'the application works with the new value', loginsWithNew >= goodLogins),
    ...applicationClaims(act, client, { old: figures.oldPassword, new: figures.newPassword }),
    claim('message', 'SNS tells of the success', notification?.body.outcome === 'succeeded'),
  ];
}
