import { randomUUID } from 'node:crypto';
import { type Act, applicationClaims, claimsOf, goodLogins, playActs } from '../acts.ts';
import type { DatabaseStage, StageOptions } from '../database-stage.ts';
import { bundleOf, exportOf, type Login, refusedSince } from '../engine.ts';
import { barOf, outageOf } from '../outage.ts';
import type { Notification, Stage } from '../stage.ts';
import { strategies } from '../strategies.ts';

export type ParameterFigures = Awaited<ReturnType<typeof runParameterDemo>>;

interface Answer {
  readonly Outcome?: string;
}

const context = { region: 'us-east-1' };

/** Secrets that are SecureString parameters, rotated by their schedules, with everything that goes wrong there. */
export async function runParameterDemo(options: StageOptions) {
  const { progress, signal } = options;
  const shown = ['single-user', 'alternating-users'] as const;
  const { figures, played } = await playActs(options, shown, (stage, act, passwords) => {
    progress(`rotating a parameter with ${act.strategy}`);
    return playAct(stage, act, passwords, signal);
  });
  return { ...figures, acts: played };
}

/** A parameter that is rotated by its schedule, then in a process that dies, then by three invocations at once. */
async function playAct(stage: DatabaseStage, act: Act, passwords: string[], signal: AbortSignal) {
  const { sandbox, database, engine } = stage;
  const { strategy, username } = act;
  const { parameter, functionName, functionArn, initial } = await plant(stage, act);
  const refusedAtStart = database.counts().refused;
  const client = stage.startClient({ parameter });
  await client.loggedIn(goodLogins);
  const settled = async () => {
    const versions = await history(stage, parameter);
    await client.loggedIn(goodLogins, String(latestOf(versions)));
    return versions;
  };

  const start = performance.now();
  const calm = await sandbox.scheduler.run(username);
  const ms = performance.now() - start;
  const callCount = sandbox.requests.filter((one) => one.caller === functionName && one.service === 'ssm').length;
  const afterCalm = await settled();

  // The third put of a rotation is the one that publishes: the system has the new credential, and no reader yet.
  sandbox.faults.add({ operation: 'PutParameter', caller: functionName, nth: 3, action: 'kill' });
  const crashStart = performance.now();
  const crashed = await sandbox.scheduler.run(username);
  const beforeRepeat = await history(stage, parameter);
  const wasHit = sandbox.faults.pending().length === 0;
  await sandbox.scheduler.redeliver(crashed.executionId);
  const crashMs = performance.now() - crashStart;
  const afterCrash = await settled();

  const invoke = () => sandbox.functions.invoke(functionArn, { Parameter: parameter, Token: randomUUID() });
  const together = await Promise.all([invoke(), invoke(), invoke()]);
  const last = await settled();
  await client.stop();
  signal.throwIfAborted();

  const seen = outageOf(client.attempts);
  const values = await Promise.all(last.map(({ Version }) => valueAt(stage, `${parameter}:${Version}`)));
  passwords.push(...values.map(({ password }) => password));
  const [previous, current] = [values.at(-2), values.at(-1)] as [Login, Login];
  const isAboutIt = ({ body }: Notification) => (body.secret as { name?: string } | undefined)?.name === parameter;
  const isSuccess = ({ body }: Notification) => body.outcome === 'succeeded';
  const messages = stage.notifications().filter(isAboutIt);
  const outcomes = together.map((one) => (one.ok ? (one.payload as Answer).Outcome : one.error.errorMessage));
  const labels = Object.fromEntries(last.flatMap(({ Version, Labels }) => Labels.map((label) => [label, Version])));
  const logins = { old: await engine.login(previous, database.ca), new: await engine.login(current, database.ca) };
  const refusedToAll = refusedSince(database, refusedAtStart);
  const byOthers = seen.refused + (logins.old === 'refused' ? 1 : 0);
  const refused = refusedToAll === undefined ? undefined : refusedToAll - byOthers;
  // After the crash the password of the parameter is not the user's any more, which only a refused login tells.
  const mayBeRefused = strategies[strategy].hasOutage ? 1 : 0;
  const claim = claimsOf(act);
  return {
    strategy,
    parameter,
    users: { before: initial.username, after: current.username },
    /** The rotation that went well: how long, and how many calls to Parameter Store. */
    ms,
    callCount,
    /** From the start of the invocation that died to the end of the one that came after it. */
    crashMs,
    /** What the application saw meanwhile, which fetched the newest version before each login. */
    client: seen,
    bar: barOf(client.attempts),
    labels,
    messages,
    claims: [
      claim('rotation', 'the schedule rotated it', calm.outcomes[0]?.ok === true && latestOf(afterCalm) === 2),
      claim(
        'rotation',
        'the process died before anybody could read the new value',
        wasHit && latestOf(beforeRepeat) === 2,
      ),
      claim('rotation', 'the same execution id went on with the same rotation', latestOf(afterCrash) === 3),
      claim(
        'rotation',
        'of three invocations at once one rotated it',
        outcomes.filter((one) => one === 'rotated').length === 1,
      ),
      claim(
        'rotation',
        'the two others left quietly',
        outcomes.filter((one) => one?.startsWith('another invocation ')).length === 2,
      ),
      claim('labels', 'current is on the newest version', labels.current === 4),
      claim('labels', 'previous is on the previous one', labels.previous === 3),
      claim('function', 'at most 30 calls to Parameter Store', callCount <= 30),
      ...(refused === undefined
        ? []
        : [
            claim(
              'function',
              `${mayBeRefused ? 'one login' : 'no login'} of the function is refused`,
              refused === mayBeRefused,
            ),
          ]),
      ...applicationClaims(act, seen, logins),
      claim('message', 'SNS tells of three successes', messages.filter(isSuccess).length === 3),
    ],
  };
}

interface Version {
  readonly Version: number;
  readonly Labels: readonly string[];
}

const latestOf = (versions: readonly Version[]) => versions.at(-1)?.Version;

async function plant(stage: DatabaseStage, { strategy, username }: Act) {
  const { sandbox, database, engineName } = stage;
  const initial = await stage.newUser(strategy, username);
  const parameter = `/shop/${username}/database`;
  const { functionName, functionArn } = stage.register(
    `rekey-${engineName}-${strategy}-parameter`,
    bundleOf(engineName),
    { export: exportOf(strategy), env: database.environment },
  );
  const value = { Name: parameter, Type: 'SecureString', Value: JSON.stringify(initial) };
  await sandbox.ssm.call('PutParameter', value, context);
  const schedule = {
    Name: username,
    ScheduleExpression: 'rate(30 days)',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: {
      Arn: functionArn,
      RoleArn: `arn:aws:iam::${sandbox.account.accountId}:role/scheduler`,
      Input: JSON.stringify({ Parameter: parameter, Token: '<aws.scheduler.execution-id>' }),
    },
  };
  await sandbox.scheduler.call('CreateSchedule', schedule, context);
  return { parameter, functionName, functionArn, initial };
}

async function history({ sandbox }: Stage, Name: string): Promise<readonly Version[]> {
  const answer = await sandbox.ssm.call('GetParameterHistory', { Name }, context);
  return answer?.Parameters as readonly Version[];
}

async function valueAt({ sandbox }: Stage, Name: string): Promise<Login> {
  const answer = await sandbox.ssm.call('GetParameter', { Name, WithDecryption: true }, context);
  return JSON.parse((answer?.Parameter as { Value: string } | undefined)?.Value ?? '');
}
