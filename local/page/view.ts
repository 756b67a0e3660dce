/** What the page shows of the sandbox. Names, labels, times and texts of messages: no value of a secret is in it. */
import { fromJson } from '../aws/json-text.ts';
import type { Sandbox } from '../sandbox.ts';
import type { RotationRecord, RotationStep } from '../services/secrets-manager/rotation-record.ts';
import type { Secret } from '../services/secrets-manager/secret.ts';
import { breakable } from './acts.ts';
import type { Logins } from './logins.ts';

const STEPS: readonly RotationStep[] = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'];

export function viewOf(sandbox: Pick<Sandbox, 'secretsManager' | 'sns' | 'faults' | 'functions'>, logins: Logins) {
  const history = sandbox.secretsManager.history;
  return {
    /** What a button can make go wrong. */
    breakable,
    functions: sandbox.functions.names(),
    secrets: sandbox.secretsManager
      .secrets()
      .filter(({ primaryArn, deletion }) => !primaryArn && !deletion)
      .map((secret) => secretView(secret, history, sandbox.sns.messages, logins)),
    /** What goes wrong next, in the words of the sandbox's own routes. */
    faults: sandbox.faults
      .pending()
      .map(({ action, operation = 'any call', when = 'before' }) => `${action} ${when} ${operation}`),
  };
}

function secretView(
  secret: Secret,
  history: readonly RotationRecord[],
  messages: readonly { readonly message: string }[],
  logins: Logins,
) {
  const records = history.filter(({ secretId }) => secretId === secret.arn);
  const last = records.at(-1);
  const { attempt } = last ?? {};
  const latest = records.filter((record) => record.token === last?.token && record.attempt === attempt);
  const labelled = secret.versions.filter(({ labels }) => labels.length > 0).reverse();
  const seen = logins.of(secret.arn);
  const current = secret.versions.find(({ labels }) => labels.includes('AWSCURRENT'));
  // A login that began before the promotion is over, and so is what it was refused for.
  const isCutOff = seen.at(-1)?.outcome === 'refused' && seen.at(-1)?.version === current?.id;
  return {
    arn: secret.arn,
    name: secret.name,
    function: secret.rotation?.functionArn.split(':').at(-1),
    state: isCutOff ? 'cut off' : stateOf(secret, last),
    /** Newest first. `opens`: seen by a login of the page; absent where it cannot log in. */
    versions: labelled.map(({ id, labels }) => ({ id, labels, ...opensOf(logins.opens(secret.arn, id)) })),
    steps: last === undefined ? [] : stepsOf(latest),
    attempt,
    /** Of an application that reads AWSCURRENT, oldest first. */
    logins: seen,
    message: messageOf(secret.arn, messages),
  };
}

const opensOf = (opens: boolean | undefined) => (opens === undefined ? {} : { opens });

function stateOf({ rotation }: Secret, last: RotationRecord | undefined): 'rotating' | 'failed' | 'ok' | 'not rotated' {
  if (!rotation?.enabled) return 'not rotated';
  if (last === undefined || /Succeeded$|Abandoned$/.test(last.event)) return 'ok';
  return /Failed$/.test(last.event) ? 'failed' : 'rotating';
}

function stepsOf(records: readonly RotationRecord[]) {
  const isTest = records.some(({ event }) => event === 'TestRotationStarted');
  return STEPS.filter((step) => !isTest || step === 'testSecret').map((step) => {
    const called = records.findLast((record) => record.event === 'StepCalled' && record.step === step);
    if (called?.durationMs === undefined) return { step, state: 'waits' as const };
    return { step, ms: Math.round(called.durationMs), state: called.error ? ('failed' as const) : ('done' as const) };
  });
}

/** Of the message that the function published last about this secret. */
function messageOf(arn: string, messages: readonly { readonly message: string }[]) {
  for (const { message } of messages.toReversed()) {
    const told = fromJson(message) as Told | undefined;
    if (told?.secret?.arn !== arn) continue;
    const { outcome, working, next, error } = told;
    return { outcome, working, next, code: error?.code, fact: error?.fact, hint: error?.hint };
  }
  return undefined;
}

interface Told {
  readonly secret?: { readonly arn?: string };
  readonly outcome: string;
  readonly working: string;
  readonly next?: string;
  readonly error?: { readonly code: string; readonly fact: string; readonly hint: string };
}
