/** One secret as the page shows it. */
import type { Details, MessageView, SecretView, StepView } from '../../page/source.ts';
import { DAY } from '../../shared/rotation/pause.ts';
import { CURRENT, holder, PENDING } from '../../shared/rotation/versions.ts';
import type { Account } from '../account.ts';
import { factsOf, isOfRekey, needsPerson, type SecretFacts } from '../condition.ts';
import { type LogLine, logOf } from '../log.ts';
import { isTelling, lookWithLog, type Status } from '../look.ts';
import { promoteCommand } from '../refusal.ts';
import { describeSecret, versionsOf } from '../service.ts';
import { stateOf } from '../status/line.ts';

const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'];
/** After so long nothing more is said of a rotation. */
const TOLD_MS = 10 * 60_000;
/** How far back it is looked for. */
const LOOKED_FOR_MS = 30 * DAY;

export function lineFor(status: Status): SecretView {
  const { arn, name, state, working } = status;
  const isCutOff = state === 'failing' && working === PENDING;
  const isBad = needsPerson.includes(state);
  return {
    arn,
    name,
    ...(status.function !== null && { function: status.function }),
    state: isCutOff ? 'cut off' : stateOf(status),
    tone: isBad ? 'bad' : state === 'rotating' ? 'wait' : state === 'ok' ? 'good' : 'dim',
  };
}

/** docs/notifications.md, "In the log": of a failure its own line is the outcome. */
const OUTCOME = 'this is the outcome';
const isFailure = (line: LogLine) => isTelling(line) && line.level === 'ERROR';

type Lines = readonly LogLine[];

/** Looks at one secret after the other, and remembers what was said of rotations that are over. */
export function closeLookAt(account: Account, mayRotate: boolean) {
  const remembered = new Map<string, Lines>();

  /** Of the rotation that made this version. */
  async function linesOf({ arn, functionName }: SecretFacts, version: string | undefined): Promise<Lines> {
    if (version === undefined || functionName === undefined || !isOfRekey(functionName)) return [];
    const known = remembered.get(version);
    if (known !== undefined) return known;
    const made = (await versionsOf(account, arn)).find(({ VersionId }) => VersionId === version)?.CreatedDate;
    const madeAt = made?.getTime() ?? 0;
    const lines = await logOf(account, functionName, version, Math.max(madeAt, Date.now() - LOOKED_FOR_MS));
    const isOver = lines?.some(({ step, message }) => step === 'finishSecret' && message === 'step done') === true;
    if (isOver || lines === undefined || Date.now() - madeAt > TOLD_MS) remembered.set(version, lines ?? []);
    return lines ?? [];
  }

  return async (arn: string): Promise<SecretView> => {
    const described = await describeSecret(account, arn);
    const facts = factsOf(described);
    const { status, lines } = await lookWithLog(account, facts, Date.now());
    const told = lines ?? (await linesOf(facts, holder(facts.labels, CURRENT)));
    return {
      ...lineFor(status),
      details: {
        buttons: mayRotate && described.DeletedDate === undefined ? buttonsOf(account, facts, status) : [],
        versions: versionsIn(facts),
        steps: stepsOf(told),
        attempt: told.findLast(isTelling)?.attempt,
        message: messageOf(told, facts, status),
      },
    };
  };
}

function buttonsOf({ region }: Account, facts: SecretFacts, { pending, state }: Status): Details['buttons'] {
  if (!facts.rotates || pending !== null || state === 'managed' || state === 'replica') return [];
  const asks = `Rotates ${facts.name} in ${region} now, by ${facts.functionName}.`;
  return [{ label: 'Rotate', act: { act: 'rotate', secret: facts.arn }, asks }];
}

function versionsIn({ labels }: SecretFacts): Details['versions'] {
  const order = [PENDING, CURRENT];
  const place = (of: readonly string[]) => {
    const found = order.findIndex((label) => of.includes(label));
    return found === -1 ? order.length : found;
  };
  return Object.entries(labels)
    .map(([id, of]) => ({ id, labels: of }))
    .sort((a, b) => place(a.labels) - place(b.labels));
}

function stepsOf(lines: Lines): StepView[] {
  if (!lines.some(isTelling)) return [];
  return STEPS.map((step) => {
    const last = lines.findLast((line) => line.step === step && isTelling(line));
    if (last === undefined) return { step, state: 'waits' };
    return { step, ms: last.durationMs, state: isFailure(last) ? 'failed' : 'done' };
  });
}

function messageOf(lines: Lines, { arn, labels }: SecretFacts, { pending }: Status): MessageView | undefined {
  const last = lines.findLast((line) => line.message === OUTCOME || isFailure(line));
  if (last === undefined) return undefined;
  const { outcome = 'failed', code, fact, hint, working } = last;
  if (code === undefined) return { outcome };
  const isCutOff = working === PENDING && pending !== null;
  const next = isCutOff ? promoteCommand(arn, labels, pending) : `rekey explain ${code}`;
  return { outcome, code, fact, hint, working, next };
}
