/** One secret as the page shows it. */
import type { Details, MessageView, SecretView } from '../../page/source.ts';
import { DAY } from '../../shared/rotation/pause.ts';
import { CURRENT, holder, PENDING } from '../../shared/rotation/versions.ts';
import type { Account } from '../account.ts';
import { factsOf, isOfRekey, type SecretFacts } from '../condition.ts';
import { lookWithLog, type Status } from '../look.ts';
import { promoteCommand } from '../refusal.ts';
import { describeSecret, versionsOf } from '../service.ts';
import { lineFor } from './line.ts';
import { type Lines, memoryOf, messagesOf, stepsOf } from './told.ts';

/** How far back a rotation is looked for. */
const LOOKED_FOR_MS = 30 * DAY;

/** Looks at one secret after the other. */
export function closeLookAtSecrets(account: Account, mayRotate: boolean) {
  const memory = memoryOf(account);

  /** Of the rotation that made this version. */
  async function linesOf({ arn, functionName }: SecretFacts, version: string | undefined): Promise<Lines> {
    if (version === undefined || functionName === undefined || !isOfRekey(functionName)) return [];
    return memory(functionName, version, async () => {
      const made = (await versionsOf(account, arn)).find(({ VersionId }) => VersionId === version)?.CreatedDate;
      const at = made?.getTime() ?? 0;
      return { at, since: Math.max(at, Date.now() - LOOKED_FOR_MS) };
    });
  }

  return async (arn: string): Promise<SecretView> => {
    const described = await describeSecret(account, arn);
    const facts = factsOf(described);
    const { status, lines } = await lookWithLog(account, facts, Date.now());
    const told = lines ?? (await linesOf(facts, holder(facts.labels, CURRENT)));
    const messages = messagesOf(told, ({ code, working }) => {
      if (status.action === 'rollback') return `rekey rollback ${facts.name}`;
      const isCutOff = working === PENDING && status.pending !== null;
      return isCutOff ? promoteCommand(arn, facts.labels, status.pending) : `rekey explain ${code}`;
    });
    return {
      ...lineFor(status),
      details: {
        buttons: mayRotate && described.DeletedDate === undefined ? buttonsOf(account, facts, status) : [],
        times: timesOf(status),
        versions: versionsIn(facts),
        steps: stepsOf(told, status.state === 'rotating' && status.action === null),
        ...messages,
        message: unsaid(status) ?? messages.message,
      },
    };
  };
}

function timesOf({ lastRotated, nextRotation, pendingSince, action }: Status): Record<string, string> {
  return {
    ...(pendingSince !== null && { [`this ${action ?? 'rotation'} began`]: pendingSince }),
    ...(lastRotated !== null && { 'last rotation': lastRotated }),
    ...(nextRotation !== null && { 'next rotation': nextRotation }),
  };
}

/** What is wrong where no function has said anything of it. */
function unsaid({ name, state, pending, code, nextRotation, action }: Status): MessageView | undefined {
  if (state === 'stuck' && code === null) {
    const fact = `version ${pending} has AWSPENDING, the window of the ${action ?? 'rotation'} is over, and the log of its function has no failure, or cannot be read (logs:FilterLogEvents)`;
    if (action === 'rollback') return { outcome: state, fact, next: `rekey rollback ${name}` };
    return { outcome: state, fact, hint: 'abandon looks whether that is safe', next: `rekey abandon ${name}` };
  }
  if (state === 'overdue')
    return { outcome: state, fact: `nothing has rotated it by ${nextRotation}`, next: `rekey doctor ${name}` };
  return undefined;
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
