import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { type Login, type LoginOutcome, loadEngine } from './engine.ts';
import { type Outage, outageOf } from './outage.ts';
import { type Rotated, rotate } from './rotate.ts';
import { type Mode, openStage, type Stage, type StageOptions } from './stage.ts';
import { type StrategyName, strategies } from './strategies.ts';
import type { Notification } from './subscriber.ts';
import { until } from './until.ts';

/** One thing that the demo shows, and whether it was so. */
export interface Claim {
  readonly about: 'rotation' | 'labels' | 'client' | 'function' | 'passwords' | 'message';
  readonly text: string;
  readonly held: boolean;
}

export interface Rotation extends Rotated {
  readonly strategy: StrategyName;
  readonly secret: string;
  readonly users: { readonly before: string; readonly after: string };
  /** What an application saw that fetched AWSCURRENT before each login. */
  readonly client: Outage;
  /** Logins of the function itself that the server refused. */
  readonly refusedLogins: number;
  readonly oldPassword: LoginOutcome;
  readonly newPassword: LoginOutcome;
  readonly notification?: Notification;
  readonly claims: readonly Claim[];
}

export interface DemoFigures {
  readonly version: 1;
  readonly held: boolean;
  readonly engine: string;
  readonly server: string;
  readonly mode: Mode;
  readonly ms: number;
  readonly rotations: readonly Rotation[];
  readonly claims: readonly Claim[];
}

/** Those that are shown, where the engine has them, and whose secret they rotate. */
const acts: readonly (readonly [StrategyName, username: string])[] = [
  ['single-user', 'orders'],
  ['alternating-users', 'billing'],
  ['dual-password', 'invoices'],
];

/** Good logins before a rotation begins, and with the new value after it: enough to tell an outage from a slow start. */
const goodLogins = 5;

export async function runDemo(options: Omit<StageOptions, 'clients'> & { mode: Mode }): Promise<DemoFigures> {
  const start = performance.now();
  const { mode, progress, signal } = options;
  const { functions } = await loadEngine(options.engine);
  const shown = acts.filter(([strategy]) => functions[strategy] !== undefined);
  const stage = await openStage({ ...options, clients: shown.length });
  try {
    const passwords: string[] = [stage.database.superuser.password];
    const rotations: Rotation[] = [];
    for (const [index, [strategy, username]] of shown.entries()) {
      progress(`rotating with ${strategy}`);
      rotations.push(await perform(stage, { strategy, username, mode, index }, passwords, signal));
    }
    const serverLog = stage.database.log();
    const logs = serverLog === '' ? 'a log of a function' : 'a log';
    const held = isSilent(stage, serverLog, passwords);
    const claims: Claim[] = [{ about: 'passwords', text: `no password in ${logs} or a message`, held }];
    const all = [...claims, ...rotations.flatMap((rotation) => rotation.claims)];
    const server = stage.database.title;
    const ms = performance.now() - start;
    return {
      version: 1,
      held: all.every((claim) => claim.held),
      engine: stage.engineName,
      server,
      mode,
      ms,
      rotations,
      claims,
    };
  } finally {
    progress('stopping');
    await stage.close();
  }
}

async function perform(
  stage: Stage,
  { strategy, username, mode, index }: { strategy: StrategyName; username: string; mode: Mode; index: number },
  passwords: string[],
  signal: AbortSignal,
): Promise<Rotation> {
  const { engine, database, clients, subscriber } = stage;
  const { ca } = database;
  const client = clients[index];
  if (!client) throw new Error('each rotation needs a client');
  const planted = await stage.plant(strategy, mode, username);
  const { secret, initial } = planted;
  client.start({ engine: stage.engineName, secretId: secret, ca });
  await client.loggedIn(goodLogins);

  const rotated = await rotate(stage, planted);
  await client.loggedIn(goodLogins, rotated.failure === undefined ? rotated.token : undefined);
  await client.stop();
  signal.throwIfAborted();

  const refused = database.logins().refused - rotated.refusedBefore;
  const seen = outageOf(client.attempts);
  const latest = await readVersion(stage, secret, rotated.after.AWSCURRENT);
  const pending = rotated.after.AWSPENDING ? await readVersion(stage, secret, rotated.after.AWSPENDING) : latest;
  passwords.push(initial.password, latest.password, pending.password);
  const isAboutIt = ({ body }: Notification) => (body.secret as { arn?: string } | undefined)?.arn === secret;
  await until(() => subscriber.notifications.some(isAboutIt), 10_000, signal);
  const notification = subscriber.notifications.find(isAboutIt);
  const figures = {
    ...rotated,
    strategy,
    secret,
    users: { before: initial.username, after: latest.username },
    client: seen,
    refusedLogins: refused - seen.refused,
    oldPassword: await engine.login(initial, ca),
    newPassword: await engine.login(latest, ca),
    ...(notification && { notification }),
  };
  const lastOnes = client.attempts.filter((one) => one.version === rotated.token && one.outcome === 'opened');
  return { ...figures, claims: claimsOf(figures, lastOnes.length) };
}

function claimsOf(figures: Omit<Rotation, 'claims'>, loginsWithNew: number): Claim[] {
  const { before, after, token, client, notification } = figures;
  const { calls, logins, hasOutage } = strategies[figures.strategy];
  const oldPassword: LoginOutcome = hasOutage ? 'refused' : 'opened';
  const who = figures.users.before;
  const claim = (about: Claim['about'], text: string, held: boolean) => ({ about, text: `${who}: ${text}`, held });
  return [
    claim('rotation', 'the rotation succeeded', figures.failure === undefined),
    claim('labels', 'AWSCURRENT is on the new version', after.AWSCURRENT === token),
    claim('labels', 'AWSPREVIOUS is on the old version', after.AWSPREVIOUS === before.AWSCURRENT),
    claim('labels', 'AWSPENDING is gone', after.AWSPENDING === undefined),
    claim('function', `at most ${calls} Secrets Manager calls`, figures.callCount <= calls),
    ...(figures.logins === undefined ? [] : [claim('function', `at most ${logins} logins`, figures.logins <= logins)]),
    claim('function', 'no login of the function is refused', figures.refusedLogins === 0),
    claim('client', 'the application works with the new value', loginsWithNew >= goodLogins),
    claim('client', 'nothing but a refused password disturbs the application', client.failed === 0),
    hasOutage
      ? claim('client', 'the outage ends', Number.isFinite(client.ms))
      : claim('client', 'no login of the application is refused', client.refused === 0),
    claim('passwords', `the old password is ${oldPassword}`, figures.oldPassword === oldPassword),
    claim('passwords', 'the new password opens', figures.newPassword === 'opened'),
    claim('message', 'SNS tells of the success', notification?.body.outcome === 'succeeded'),
  ];
}

async function readVersion({ secretsManager }: Stage, SecretId: string, VersionId: string | undefined): Promise<Login> {
  const { SecretString = '' } = await secretsManager.send(new GetSecretValueCommand({ SecretId, VersionId }));
  return JSON.parse(SecretString);
}

/** Looks at all that anybody could read: the server's log with every statement, the functions' logs and answers, and the messages. */
export function isSilent({ sandbox }: Stage, serverLog: string, passwords: readonly string[]): boolean {
  const { functions, sns } = sandbox;
  const told = functions.names().map((name) => [functions.logs(name), functions.invocations(name)]);
  const readable = serverLog + JSON.stringify([told, sns.messages]);
  return passwords.every((password) => !readable.includes(password));
}
