/** What the page shows of the sandbox. Names, labels, times and texts of messages: no value of a secret is in it. */
import type { Button, Details, MessageView, SecretView, StepView, View } from '../../page/source.ts';
import { STEPS, stepsSaid } from '../../page/steps.ts';
import { fromJson } from '../aws/json-text.ts';
import { regionOf } from '../aws/service.ts';
import type { Sandbox } from '../sandbox.ts';
import type { RotationRecord } from '../services/secrets-manager/rotation-record.ts';
import { breakable, made } from './acts.ts';
import type { Logins } from './logins.ts';
import { type Stored, storedIn } from './stored.ts';

type Seen = Pick<Sandbox, 'secretsManager' | 'ssm' | 'sns' | 'faults' | 'functions'>;

/** Everything of the chosen one, or else of the first that is rotated. */
export function viewOf(sandbox: Seen, logins: Logins, chosen: string | undefined): View {
  const all = storedIn(sandbox);
  const functions = sandbox.functions.names();
  // Later records take the place of earlier ones.
  const last = new Map(sandbox.secretsManager.history.map((record) => [record.secretId, record]));
  const shown = all.find(({ arn }) => arn === chosen) ?? all.find((one) => functionOf(one) !== undefined);
  return {
    title: 'Rekey sandbox',
    breakable,
    buttons: buttonsForMaking(all, functions),
    secrets: all.map((one) => {
      const line = lineFor(one, last.get(one.arn), sandbox, logins);
      return one === shown ? { ...line, details: detailsOf(one, last.get(one.arn), line, sandbox, logins) } : line;
    }),
    faults: sandbox.faults
      .pending()
      .map(({ action, operation = 'any call', when = 'before' }) => `${action} ${when} ${operation}`),
  };
}

const kindOf = (name: string) => name.replace('rekey-postgres-', '');

function buttonsForMaking(all: readonly Stored[], functions: readonly string[]): Button[] {
  const isThere = (name: string) => all.some((one) => one.name === name);
  const parameter = { label: 'Make a parameter', act: { act: 'make-parameter' } };
  const secrets = functions.map((name) => ({
    label: `Make a secret for ${kindOf(name)}`,
    act: { act: 'make', function: name },
  }));
  return [...(isThere(made.secret) ? [] : secrets), ...(isThere(made.parameter) ? [] : [parameter])];
}

/** Of a parameter the one that wrote its companion: its session has its name. */
function functionOf({ secret, companion }: Stored): string | undefined {
  if (secret) return secret.rotation?.functionArn.split(':').at(-1);
  return /:assumed-role\/[^/]+\/(.+)$/.exec(companion?.versions.at(-1)?.modifiedBy ?? '')?.[1];
}

function lineFor(one: Stored, last: RotationRecord | undefined, { sns }: Seen, logins: Logins): SecretView {
  const { arn, name, secret, versions } = one;
  const seen = logins.of(arn).at(-1);
  // A login that began before the promotion is over, and so is what it was refused for.
  const isCutOff = seen?.outcome === 'refused' && seen.version === versions.find(({ isCurrent }) => isCurrent)?.id;
  const state = isCutOff ? 'cut off' : secret ? stateOf(secret, last) : stateOfParameter(one, sns.messages);
  return { ...(!secret && { kind: 'parameter' }), arn, name, function: functionOf(one), state, tone: tones[state] };
}

const tones = { 'cut off': 'bad', rotating: 'wait', failed: 'bad', ok: 'good', 'not rotated': 'dim' } as const;
type State = Exclude<keyof typeof tones, 'cut off'>;

function stateOf({ rotation }: NonNullable<Stored['secret']>, last: RotationRecord | undefined): State {
  if (!rotation?.enabled) return 'not rotated';
  if (last === undefined || /Succeeded$|Abandoned$/.test(last.event)) return 'ok';
  return /Failed$/.test(last.event) ? 'failed' : 'rotating';
}

function stateOfParameter({ arn, companion, open }: Stored, messages: Messages): State {
  if (companion === undefined) return 'not rotated';
  if (open === undefined) return 'ok';
  const told = toldOf(arn, messages)[0];
  return told?.token === open && told.outcome === 'failed' ? 'failed' : 'rotating';
}

function detailsOf(
  one: Stored,
  last: RotationRecord | undefined,
  { state }: SecretView,
  sandbox: Seen,
  logins: Logins,
): Details {
  const { arn, versions, secret } = one;
  const { history } = sandbox.secretsManager;
  const records = history.filter(({ secretId, token }) => secretId === arn && token === last?.token);
  const latest = records.filter(({ attempt }) => attempt === last?.attempt);
  const [told, ...earlier] = toldOf(arn, sandbox.sns.messages);
  return {
    buttons: buttonsOf(one, state, sandbox.functions.names()),
    versions: versions.map(({ id, labels }) => ({ id, labels, ...opensOf(logins.opens(arn, id)) })),
    steps: secret ? stepsOf(latest, stateOf(secret, last) === 'rotating') : stepsSaid(linesOf(one, sandbox)),
    attempt: last?.attempt,
    logins: logins.of(arn),
    message: unsaid(one, records, told) ?? (told && messageOf(told)),
    earlier: earlier
      .slice(0, 4)
      .map(({ outcome, time, error }) => ({ outcome, at: Date.parse(time), code: error?.code })),
  };
}

/** A failure that no message tells of, as of a function that is none of Rekey. Its own text is left to its log: it may have a value. */
function unsaid(one: Stored, records: readonly RotationRecord[], told: Told | undefined): MessageView | undefined {
  const failure = records.at(-1);
  if (!failure?.error || !/Failed$/.test(failure.event) || told?.token === failure.token) return undefined;
  const next = `aws logs filter-log-events --log-group-name /aws/lambda/${functionOf(one)} --query 'events[].message'`;
  const fact = `${failure.step ?? 'the rotation'}: ${failure.error.errorType}, and the function has sent no message`;
  return { at: failure.startedAt, outcome: 'failed', fact, next };
}

const opensOf = (opens: boolean | undefined) => (opens === undefined ? {} : { opens });

function buttonsOf(one: Stored, state: string, functions: readonly string[]): Details['buttons'] {
  const { arn, secret, open, versions } = one;
  const button = (label: string, act: string, name?: string) => ({
    label,
    act: { act, secret: arn, ...(name && { function: name }) },
  });
  if (!secret) {
    if (state === 'rotating') return [];
    return functions.map((name) => button(`${open ? 'Retry' : 'Rotate'} by ${kindOf(name)}`, 'rotate-parameter', name));
  }
  const own = functionOf(one);
  if (own === undefined) return [];
  const isUnfinished = versions.some(({ labels, isCurrent }) => labels.includes('AWSPENDING') && !isCurrent);
  return [
    button('Rotate', 'rotate'),
    ...(isUnfinished ? [button('Retry', 'retry'), button('Abandon', 'abandon')] : []),
    ...functions.filter((name) => name !== own).map((name) => button(`Use ${kindOf(name)}`, 'attach', name)),
  ];
}

function stepsOf(records: readonly RotationRecord[], isGoingOn: boolean): StepView[] {
  if (records.length === 0) return [];
  const isTest = records.some(({ event }) => event === 'TestRotationStarted');
  const called = (step: string) => records.findLast((record) => record.event === 'StepCalled' && record.step === step);
  const steps = STEPS.filter((step) => !isTest || step === 'testSecret');
  const next = steps.find((step) => called(step)?.durationMs === undefined);
  return steps.map((step) => {
    const { durationMs, error } = called(step) ?? {};
    if (durationMs === undefined) return { step, state: isGoingOn && step === next ? 'runs' : 'waits' };
    return { step, ms: Math.round(durationMs), state: error ? 'failed' : 'done' };
  });
}

/** What functions said of the last rotation of a parameter. */
function linesOf({ arn, open, companion }: Stored, { functions }: Seen) {
  const token = open ?? companion?.versions.at(-1)?.description?.split(' ')[2];
  if (token === undefined) return [];
  return functions
    .names()
    .flatMap((name) => functions.lines(name, regionOf(arn)) ?? [])
    .filter(({ message }) => message.includes(token))
    .sort((a, b) => a.timestamp - b.timestamp)
    .flatMap(({ timestamp, message }) => {
      const line = fromJson(message) as { level: string; step?: string; durationMs?: number } | undefined;
      return line ? [{ ...line, at: timestamp }] : [];
    });
}

type Messages = readonly { readonly message: string }[];
type Told = MessageView & {
  readonly time: string;
  readonly token?: string;
  readonly secret?: { readonly arn?: string };
  readonly error?: { readonly code: string; readonly fact: string; readonly hint: string };
};

/** Newest first. */
function toldOf(arn: string, messages: Messages): Told[] {
  return messages
    .filter(({ message }) => message.includes(arn))
    .map(({ message }) => fromJson(message) as Told | undefined)
    .filter((told) => told?.secret?.arn === arn)
    .reverse() as Told[];
}

function messageOf({ outcome, working, next, error, time }: Told): MessageView {
  return { at: Date.parse(time), outcome, working, next, code: error?.code, fact: error?.fact, hint: error?.hint };
}
