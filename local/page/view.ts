/** What the page shows of the sandbox. Names, labels, times and texts of messages: no value of a secret is in it. */
import type { Button, Details, MessageView, SecretView, StepView, View } from '../../page/source.ts';
import { fromJson } from '../aws/json-text.ts';
import type { Sandbox } from '../sandbox.ts';
import type { RotationRecord, RotationStep } from '../services/secrets-manager/rotation-record.ts';
import type { Secret } from '../services/secrets-manager/secret.ts';
import { breakable } from './acts.ts';
import type { Logins } from './logins.ts';

const STEPS: readonly RotationStep[] = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'];

export function viewOf(
  sandbox: Pick<Sandbox, 'secretsManager' | 'sns' | 'faults' | 'functions'>,
  logins: Logins,
): View {
  const history = sandbox.secretsManager.history;
  const functions = sandbox.functions.names();
  return {
    title: 'Rekey sandbox',
    breakable,
    buttons: functions.map((name) => ({
      label: `Make a secret for ${kindOf(name)}`,
      act: { act: 'make', function: name },
    })),
    secrets: sandbox.secretsManager
      .secrets()
      .filter(({ primaryArn, deletion }) => !primaryArn && !deletion)
      .map((secret) => secretView(secret, history, sandbox.sns.messages, logins, functions)),
    faults: sandbox.faults
      .pending()
      .map(({ action, operation = 'any call', when = 'before' }) => `${action} ${when} ${operation}`),
  };
}

const kindOf = (name: string) => name.replace('rekey-postgres-', '');

function secretView(
  secret: Secret,
  history: readonly RotationRecord[],
  messages: readonly { readonly message: string }[],
  logins: Logins,
  functions: readonly string[],
): SecretView {
  const records = history.filter(({ secretId }) => secretId === secret.arn);
  const last = records.at(-1);
  const { attempt } = last ?? {};
  const latest = records.filter((record) => record.token === last?.token && record.attempt === attempt);
  const labelled = secret.versions.filter(({ labels }) => labels.length > 0).reverse();
  const seen = logins.of(secret.arn);
  const current = secret.versions.find(({ labels }) => labels.includes('AWSCURRENT'));
  // A login that began before the promotion is over, and so is what it was refused for.
  const isCutOff = seen.at(-1)?.outcome === 'refused' && seen.at(-1)?.version === current?.id;
  const state = isCutOff ? 'cut off' : stateOf(secret, last);
  return {
    arn: secret.arn,
    name: secret.name,
    function: functionOf(secret),
    state,
    tone: tones[state],
    details: {
      buttons: buttonsOf(secret, functions),
      versions: labelled.map(({ id, labels }) => ({ id, labels, ...opensOf(logins.opens(secret.arn, id)) })),
      steps: last === undefined ? [] : stepsOf(latest),
      attempt,
      logins: seen,
      message: messageOf(secret.arn, messages),
    },
  };
}

const functionOf = ({ rotation }: Secret) => rotation?.functionArn.split(':').at(-1);
const opensOf = (opens: boolean | undefined) => (opens === undefined ? {} : { opens });
const tones = { 'cut off': 'bad', rotating: 'wait', failed: 'bad', ok: 'good', 'not rotated': 'dim' } as const;

function stateOf({ rotation }: Secret, last: RotationRecord | undefined): Exclude<keyof typeof tones, 'cut off'> {
  if (!rotation?.enabled) return 'not rotated';
  if (last === undefined || /Succeeded$|Abandoned$/.test(last.event)) return 'ok';
  return /Failed$/.test(last.event) ? 'failed' : 'rotating';
}

function buttonsOf(secret: Secret, functions: readonly string[]): Details['buttons'] {
  const own = functionOf(secret);
  if (own === undefined) return [];
  const button = (label: string, act: string, more: object = {}): Button => ({
    label,
    act: { act, secret: secret.arn, ...more },
  });
  const isUnfinished = secret.versions.some(
    ({ labels }) => labels.includes('AWSPENDING') && !labels.includes('AWSCURRENT'),
  );
  return [
    button('Rotate', 'rotate'),
    ...(isUnfinished ? [button('Retry', 'retry'), button('Abandon', 'abandon')] : []),
    ...functions
      .filter((name) => name !== own)
      .map((name) => button(`Use ${kindOf(name)}`, 'attach', { function: name })),
  ];
}

function stepsOf(records: readonly RotationRecord[]): StepView[] {
  const isTest = records.some(({ event }) => event === 'TestRotationStarted');
  return STEPS.filter((step) => !isTest || step === 'testSecret').map((step) => {
    const called = records.findLast((record) => record.event === 'StepCalled' && record.step === step);
    if (called?.durationMs === undefined) return { step, state: 'waits' };
    return { step, ms: Math.round(called.durationMs), state: called.error ? 'failed' : 'done' };
  });
}

function messageOf(arn: string, messages: readonly { readonly message: string }[]): MessageView | undefined {
  for (const { message } of messages.toReversed()) {
    const told = fromJson(message) as Told | undefined;
    if (told?.secret?.arn !== arn) continue;
    const { outcome, working, next, error } = told;
    return { outcome, working, next, code: error?.code, fact: error?.fact, hint: error?.hint };
  }
  return undefined;
}

type Told = MessageView & { secret?: { arn?: string }; error?: { code: string; fact: string; hint: string } };
