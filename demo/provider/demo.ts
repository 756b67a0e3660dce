/** A key of a provider, rotated three times by the packaged function: as planned, through a crash, and with a time to revoke. */
import { setTimeout as sleep } from 'node:timers/promises';
import { TagResourceCommand } from '@aws-sdk/client-secrets-manager';
import { type Claim, haveHeld, isSilent } from '../claims.ts';
import { barOf, outageOf } from '../outage.ts';
import { driveRotation, labelsOf } from '../rotate.ts';
import { loadAct } from './act.ts';
import { openProviderStage, type ProviderStage, TIME_LIMIT_S } from './stage.ts';

export type ProviderFigures = Awaited<ReturnType<typeof runProviderDemo>>;
export type Scene = Awaited<ReturnType<typeof play>>;

/** One rotation, and what is claimed of it besides what is claimed of every rotation. */
interface Script {
  readonly title: string;
  /** The process dies before it stores what it made, and the service tries again. */
  readonly crashes?: true;
  /** Value of the tag by which the owner wants the previous key to end, and when to look. */
  readonly revoked?: { readonly after: string; readonly lookAfterMs: number };
  readonly claim: string;
  isSo(stage: ProviderStage): Promise<boolean>;
}

const HOUR = 3_600_000;

const scripts: readonly Script[] = [
  { title: 'a rotation', claim: 'no key lives that no label leads to', isSo: lostIsGone },
  {
    title: 'the function is killed before it can store what it made, then the service tries again',
    crashes: true,
    claim: 'the key whose value was lost is gone',
    isSo: lostIsGone,
  },
  {
    title: 'a rotation whose owner wants the previous key to end twelve hours later',
    revoked: { after: '12h', lookAfterMs: 13 * HOUR },
    claim: 'thirteen hours later only AWSCURRENT lives',
    isSo: async ({ double, valueAt }) => double.live().length === 1 && double.opens(await valueAt('AWSCURRENT')),
  },
];

export async function runProviderDemo(
  name: string,
  signal: AbortSignal,
  progress: (line: string) => void,
  enforceRoles?: boolean,
) {
  const started = performance.now();
  const act = await loadAct(name);
  const { provider, title } = act;
  const isBrief = !('issue' in provider) && provider.outage === 'brief';
  progress('starting the sandbox and the double');
  const stage = await openProviderStage(name, act, signal, enforceRoles);
  try {
    const seen = async () => [...provider.schema.confidential(await stage.valueAt('AWSCURRENT'))];
    const values = await seen();
    const scenes: Scene[] = [];
    // Where the previous value ends with the rotation, there is nothing to revoke later.
    for (const script of scripts.filter(({ revoked }) => !(revoked && isBrief))) {
      signal.throwIfAborted();
      progress(script.title);
      scenes.push(await play(stage, script, isBrief));
      values.push(...(await seen()));
    }
    await stage.client.stop();
    const held = isSilent(stage.sandbox, values);
    const claims: Claim[] = [{ about: 'passwords', text: 'no key in a log of a function or a message', held }];
    return {
      version: 1 as const,
      held: haveHeld([...claims, ...scenes.flatMap((scene) => scene.claims)]),
      provider: provider.name,
      title,
      ms: performance.now() - started,
      scenes,
      claims,
    };
  } finally {
    progress('stopping');
    await stage.close();
  }
}

async function play(stage: ProviderStage, script: Script, isBrief: boolean) {
  const { sandbox, double, client } = stage;
  const usedBefore = client.attempts.length;
  const told = stage.notifications().length;
  const { token, failure, steps, requests, providerCalls, after } = await rotated(stage, script);
  await client.loggedIn(3, token);
  const attempts = client.attempts.slice(usedBefore);
  const { logins: uses, refused, failed } = outageOf(attempts);
  await sandbox.idle();
  const live = double.live().length;
  const claim = (about: Claim['about'], text: string, held: boolean): Claim => ({ about, text, held });
  return {
    token,
    ...(failure !== undefined && { failure }),
    steps: steps.map(({ step, ms }) => ({ step, ms })),
    callCount: requests.length,
    providerCalls,
    after,
    title: script.title,
    /** Of an application that kept using AWSCURRENT. */
    uses,
    refused,
    bar: barOf(attempts),
    live,
    subjects: stage
      .notifications()
      .slice(told)
      .map(({ subject }) => subject),
    claims: [
      claim('rotation', 'the rotation succeeded', failure === undefined),
      claim(
        'labels',
        'AWSCURRENT is on the new version, AWSPENDING is gone',
        after.AWSCURRENT === token && after.AWSPENDING === undefined,
      ),
      ...(isBrief ? [] : [claim('client', 'the application was refused at no moment', refused + failed === 0)]),
      claim('passwords', 'at most two keys live', live <= 2),
      claim('passwords', script.claim, await script.isSo(stage)),
    ],
  };
}

async function rotated(stage: ProviderStage, { crashes, revoked }: Script) {
  const { sandbox, double, functionName } = stage;
  if (crashes) sandbox.faults.add({ operation: 'PutSecretValue', caller: functionName, action: 'kill' });
  if (revoked) {
    const tags = { SecretId: stage.secret, Tags: [{ Key: 'rekey:revoke-after', Value: revoked.after }] };
    await stage.secretsManager.send(new TagResourceCommand(tags));
  }
  let calls = double.calls.length;
  const repeat = async () => {
    await sleep(TIME_LIMIT_S * 1000);
    calls = double.calls.length;
  };
  const course = await driveRotation(stage, stage, crashes && repeat);
  const happened = { ...course, providerCalls: double.calls.slice(calls), after: await labelsOf(stage, stage.secret) };
  if (revoked) await sandbox.scheduler.due(Date.now() + revoked.lookAfterMs);
  return happened;
}

/** Every key that lives is AWSCURRENT's or AWSPREVIOUS's. */
async function lostIsGone({ double, valueAt }: ProviderStage): Promise<boolean> {
  const known = JSON.stringify([await valueAt('AWSCURRENT'), await valueAt('AWSPREVIOUS')]);
  return double.live().every((key) => known.includes(key));
}
