/** What the page shows of the sandbox. Names, labels, times and texts of messages: no value of a secret is in it. */
import type { Sandbox } from '../sandbox.ts';
import type { RotationRecord, RotationStep } from '../services/secrets-manager/rotation-record.ts';
import type { Secret } from '../services/secrets-manager/secret.ts';
import { breakable } from './acts.ts';
import type { Login, Logins } from './logins.ts';

export interface View {
  readonly secrets: readonly SecretView[];
  /** What goes wrong next, in the words of the sandbox's own routes. */
  readonly faults: readonly string[];
  /** What a button can make go wrong. */
  readonly breakable: readonly string[];
  /** Names of the functions that are here. */
  readonly functions: readonly string[];
}

export interface SecretView {
  readonly arn: string;
  readonly name: string;
  readonly function?: string | undefined;
  readonly state: 'cut off' | 'rotating' | 'failed' | 'ok' | 'not rotated';
  /** Labelled ones, newest first. `opens`: seen by a login of the page; undefined where it cannot log in. */
  readonly versions: readonly { readonly id: string; readonly labels: readonly string[]; readonly opens?: boolean }[];
  readonly steps: readonly StepView[];
  readonly attempt?: number | undefined;
  /** Of an application that reads AWSCURRENT and logs in, oldest first. */
  readonly logins: readonly Login[];
  readonly message?: MessageView | undefined;
}

interface StepView {
  readonly step: RotationStep;
  readonly ms?: number;
  readonly state: 'waits' | 'done' | 'failed';
}

/** Fields of the message that the function published last about this secret. */
export interface MessageView {
  readonly outcome: string;
  readonly working: string;
  readonly code?: string | undefined;
  readonly fact?: string | undefined;
  readonly hint?: string | undefined;
  readonly next?: string | undefined;
}

const STEPS: readonly RotationStep[] = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'];

export function viewOf(
  sandbox: Pick<Sandbox, 'secretsManager' | 'sns' | 'faults' | 'functions'>,
  logins: Logins,
): View {
  const history = sandbox.secretsManager.history;
  return {
    breakable,
    functions: sandbox.functions.names(),
    secrets: sandbox.secretsManager
      .secrets()
      .filter(({ primaryArn, deletion }) => !primaryArn && !deletion)
      .map((secret) => secretView(secret, history, sandbox.sns.messages, logins)),
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
  return {
    arn: secret.arn,
    name: secret.name,
    function: secret.rotation?.functionArn.split(':').at(-1),
    state: isCutOff ? 'cut off' : stateOf(secret, last),
    versions: labelled.map(({ id, labels }) => ({ id, labels, ...opensOf(logins.opens(secret.arn, id)) })),
    steps: last === undefined ? [] : stepsOf(latest),
    attempt,
    logins: seen,
    message: messageOf(secret.arn, messages),
  };
}

const opensOf = (opens: boolean | undefined) => (opens === undefined ? {} : { opens });

function stateOf({ rotation }: Secret, last: RotationRecord | undefined): SecretView['state'] {
  if (!rotation?.enabled) return 'not rotated';
  if (last === undefined || /Succeeded$|Abandoned$/.test(last.event)) return 'ok';
  return /Failed$/.test(last.event) ? 'failed' : 'rotating';
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
    const told = parsed(message);
    if (told?.secret?.arn !== arn) continue;
    const { outcome, working, next, error } = told;
    return { outcome, working, next, code: error?.code, fact: error?.fact, hint: error?.hint };
  }
  return undefined;
}

type Told = MessageView & { secret?: { arn?: string }; error?: { code: string; fact: string; hint: string } };

/** Undefined of a message that somebody else published. */
function parsed(message: string): Told | undefined {
  try {
    return JSON.parse(message) as Told;
  } catch {
    return undefined;
  }
}
