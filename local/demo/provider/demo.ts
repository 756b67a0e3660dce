/** A key of a provider, rotated three times by the packaged function: as planned, through a crash, and with a time to revoke. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import type { AcceptingProvider, IssuingProvider, KeySecret } from '../../../shared/providers/provider.ts';
import { UsageError } from '../../../terminal/usage.ts';
import type { ProviderDouble } from '../../doubles/double.ts';
import { type Sandbox, startSandbox } from '../../sandbox.ts';
import type { Claim } from '../demo.ts';
import { type KeyUser, keyUser } from './key-user.ts';
import { type RotatedKey, rotateKey } from './rotate-key.ts';

/** What there is to show of a provider. */
export interface ProviderAct {
  readonly title: string;
  /** Folder in dist, and its export. */
  readonly bundle: string;
  readonly handler: string;
  readonly provider: IssuingProvider | AcceptingProvider;
  start(): Promise<ProviderDouble>;
}

export interface Scene extends RotatedKey {
  readonly title: string;
  /** Of an application that kept using AWSCURRENT. */
  readonly uses: number;
  readonly refused: number;
  readonly live: number;
  readonly subjects: readonly string[];
  readonly claims: readonly Claim[];
}

export interface ProviderFigures {
  readonly version: 1;
  readonly held: boolean;
  readonly provider: string;
  readonly title: string;
  readonly ms: number;
  readonly scenes: readonly Scene[];
  readonly claims: readonly Claim[];
}

export interface ProviderStage {
  readonly act: ProviderAct;
  readonly sandbox: Sandbox;
  readonly secretsManager: SecretsManagerClient;
  readonly double: ProviderDouble;
  readonly secret: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly user: KeyUser;
}

const root = new URL('../../../', import.meta.url);
/** Short, so that the repeat after a crash need not be waited for: a younger key might still be stored by whoever issued it. */
const TIME_LIMIT_S = 6;
const HOUR = 3_600_000;

export async function runProviderDemo(
  name: string,
  signal: AbortSignal,
  progress: (line: string) => void,
): Promise<ProviderFigures> {
  const started = performance.now();
  const { act } = (await import(new URL(`../providers/${name}.ts`, import.meta.url).href)) as { act: ProviderAct };
  const closing: (() => Promise<void>)[] = [];
  try {
    progress('starting the sandbox and the double');
    const stage = await openStage(act, closing);
    const isBrief = !('issue' in act.provider) && act.provider.outage === 'brief';
    const scenes: Scene[] = [];
    const values: string[] = confidential(act, await currentOf(stage));
    const scene = async (
      title: string,
      play: () => Promise<RotatedKey>,
      extra: (held: (text: string, is: boolean) => Claim) => Claim[] | Promise<Claim[]>,
    ) => {
      signal.throwIfAborted();
      progress(title);
      const before = stage.user.seen();
      const messages = stage.sandbox.sns.messages.length;
      const rotated = await play();
      await stage.user.usedWith(rotated.token, 3);
      const after = stage.user.seen();
      values.push(...confidential(act, await currentOf(stage)));
      await stage.sandbox.idle();
      const refused = after.refused - before.refused;
      const claim =
        (about: Claim['about']) =>
        (text: string, held: boolean): Claim => ({ about, text, held });
      const live = stage.double.live().length;
      scenes.push({
        ...rotated,
        title,
        uses: after.uses - before.uses,
        refused,
        live,
        subjects: stage.sandbox.sns.messages.slice(messages).map(({ subject }) => String(subject)),
        claims: [
          claim('rotation')('the rotation succeeded', rotated.failure === undefined),
          claim('labels')(
            'AWSCURRENT is on the new version, AWSPENDING is gone',
            rotated.after.AWSCURRENT === rotated.token && rotated.after.AWSPENDING === undefined,
          ),
          ...(isBrief ? [] : [claim('client')('the application was refused at no moment', refused === 0)]),
          claim('passwords')('at most two keys live', live <= 2),
          ...(await extra(claim('passwords'))),
        ],
      });
    };

    await scene(
      'a rotation',
      () => rotateKey(stage),
      async (held) => [held('no key lives that no label leads to', await lostIsGone(stage))],
    );
    await scene(
      'the function is killed before it can store what it made, then the service tries again',
      () => rotateKey(stage, { killedAt: 'PutSecretValue', pauseMs: TIME_LIMIT_S * 1000 }),
      async (held) => [held('the key whose value was lost is gone', await lostIsGone(stage))],
    );
    if (act.provider && !isBrief) {
      await scene(
        'a rotation whose owner wants the key before to end twelve hours later',
        async () => {
          const tags = { SecretId: stage.secret, Tags: [{ Key: 'rekey:revoke-after', Value: '12h' }] };
          await stage.secretsManager.send(new TagResourceCommand(tags));
          const rotated = await rotateKey(stage);
          await stage.sandbox.scheduler.due(Date.now() + 13 * HOUR);
          return rotated;
        },
        async (held) => [
          held(
            'thirteen hours later only AWSCURRENT lives',
            stage.double.live().length === 1 && stage.double.opens(await currentOf(stage)),
          ),
        ],
      );
    }
    await stage.user.stop();
    const claims: Claim[] = [
      { about: 'passwords', text: 'no key in a log of a function or a message', held: isSilent(stage, values) },
    ];
    const all = [...claims, ...scenes.flatMap((one) => one.claims)];
    return {
      version: 1,
      held: all.every(({ held }) => held),
      provider: act.provider.name,
      title: act.title,
      ms: performance.now() - started,
      scenes,
      claims,
    };
  } finally {
    progress('stopping');
    for (const close of closing.reverse()) await close();
  }
}

async function openStage(act: ProviderAct, closing: (() => Promise<void>)[]): Promise<ProviderStage> {
  const file = fileURLToPath(new URL(`dist/${act.bundle}/index.mjs`, root));
  if (!existsSync(file)) throw new UsageError(`dist/${act.bundle} is not there`, 'run npm run build');
  const sandbox = await startSandbox({ automaticRetries: 0 });
  closing.push(() => sandbox.close());
  const double = await act.start();
  closing.push(() => double.close());
  const secretsManager = new SecretsManagerClient({
    endpoint: sandbox.url,
    region: sandbox.account.region,
    credentials: { accessKeyId: 'operator', secretAccessKey: 'sandbox' },
  });
  closing.push(async () => secretsManager.destroy());
  const store = async (Name: string, value: object) => {
    const created = await secretsManager.send(new CreateSecretCommand({ Name, SecretString: JSON.stringify(value) }));
    return String(created.ARN);
  };
  const topic = await sandbox.sns.call('CreateTopic', { Name: 'rekey-rotations' }, { region: sandbox.account.region });
  const masterarn = double.admin && (await store(`${act.handler}-admin`, double.admin));
  const secret = await store(`${act.handler}-key`, { ...double.first, ...(masterarn && { masterarn }) });
  const functionName = `rekey-${act.bundle}-${act.handler}`;
  const functionArn = sandbox.functions.register(functionName, {
    file,
    export: act.handler,
    mode: 'warm',
    timeoutSeconds: TIME_LIMIT_S,
    env: {
      NOTIFICATION_TOPIC_ARN: String(topic?.TopicArn),
      PROVIDER_ENDPOINT: double.url,
      SCHEDULER_ROLE_ARN: `arn:aws:iam::${sandbox.account.accountId}:role/call-back`,
    },
  });
  const user = keyUser({ secretsManager, secret, act, double });
  closing.push(() => user.stop());
  await user.used(3);
  return { act, sandbox, secretsManager, double, secret, functionName, functionArn, user };
}

async function currentOf({ secretsManager, secret }: ProviderStage, label = 'AWSCURRENT'): Promise<KeySecret> {
  const { SecretString = '{}' } = await secretsManager.send(
    new GetSecretValueCommand({ SecretId: secret, VersionStage: label }),
  );
  return JSON.parse(SecretString);
}

const confidential = ({ provider }: ProviderAct, value: KeySecret) => [...provider.schema.confidential(value)];

/** Every key that lives is AWSCURRENT's or AWSPREVIOUS's. */
async function lostIsGone(stage: ProviderStage): Promise<boolean> {
  const known = JSON.stringify([await currentOf(stage), await currentOf(stage, 'AWSPREVIOUS')]);
  return stage.double.live().every((key) => known.includes(key));
}

function isSilent({ sandbox }: ProviderStage, values: readonly string[]): boolean {
  const { functions, sns } = sandbox;
  const told = functions.names().map((name) => [functions.logs(name), functions.invocations(name)]);
  const readable = JSON.stringify([told, sns.messages]);
  return values.every((value) => !readable.includes(value));
}
