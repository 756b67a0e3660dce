/**
 * One parameter that Rekey rotates as the page shows it. Its labels are in its history, which has values, too: so they are told by the
 * companion's last entry, and nothing but descriptions is read.
 */
import type { ParameterMetadata } from '@aws-sdk/client-ssm';
import type { Details, MessageView, SecretView } from '../../page/source.ts';
import { stepsSaid } from '../../page/steps.ts';
import { PermissionError } from '../../shared/rotation/errors.ts';
import { PENDING } from '../../shared/rotation/versions.ts';
import { parseEntry } from '../../shared/stores/parameter-store/journal.ts';
import { LABELS } from '../../shared/stores/parameter-store/readers-labels.ts';
import type { Account } from '../account.ts';
import { RefusedError } from '../failure.ts';
import { functionIn, lookAtParameter, type Status, startOf } from '../look.ts';
import { isSessionOf } from '../rights.ts';
import { invoked } from '../rotate-parameter.ts';
import { describedParameters } from '../service.ts';
import { lineFor } from './line.ts';
import { type Lines, memoryOf, messagesOf } from './told.ts';

interface Parameter {
  readonly companion: ParameterMetadata;
  readonly status: Status;
  /** Its newest version; undefined: the parameter is gone. */
  readonly version: number | undefined;
  readonly changed: Date | undefined;
  readonly lines: Lines | undefined;
}

/** A role of a function changes seldom; the answer for a button may be this old. */
const ROLE_MS = 60_000;
type Vouch = (functionName: string, user: string | undefined) => Promise<boolean>;

export function closeLookAtParameters(account: Account, mayRotate: boolean) {
  const memory = memoryOf(account);
  const known = new Map<string, { readonly at: number; readonly isIt: boolean }>();

  const isKnownSession: Vouch = async (functionName, user = '') => {
    const before = known.get(user);
    if (before !== undefined && Date.now() - before.at < ROLE_MS) return before.isIt;
    const isIt = await isSessionOf(account, functionName, user).catch(deniedIsNo);
    known.set(user, { at: Date.now(), isIt });
    return isIt;
  };

  async function linesOf({ companion, status, lines }: Parameter, token: string): Promise<Lines> {
    if (lines !== undefined || status.function === null || token === '') return lines ?? [];
    const at = companion.LastModifiedDate?.getTime() ?? 0;
    return memory(status.function, token, async () => ({ at, since: startOf(companion) }));
  }

  return async (companionName: string): Promise<SecretView> => {
    const seen = await parameterOf(account, companionName, isKnownSession);
    const { companion, status, changed } = seen;
    const entry = parseEntry(companion.Version ?? 0, 0, companion.Description);
    const told = await linesOf(seen, entry.token);
    const again = `rekey rotate-parameter ${status.name} --function ${status.function ?? 'NAME'}`;
    const messages = messagesOf(told, ({ code, working }) => (working === PENDING ? again : `rekey explain ${code}`));
    return {
      ...lineFor(status),
      details: {
        buttons: mayRotate ? buttonsOf(account, status) : [],
        times: timesOf(status, changed),
        versions: versionsOf(seen, entry),
        steps: stepsSaid(told),
        ...messages,
        message: messages.message ?? unsaid(status, again),
      },
    };
  };
}

/** Has the function rotate it. Where a rotation has failed it goes on with that one, which is not dead for as long as its function may run. */
export async function rotateParameterNow(account: Account, companionName: string): Promise<string | undefined> {
  const isSession: Vouch = (functionName, user) => isSessionOf(account, functionName, user);
  const { status } = await parameterOf(account, companionName, isSession);
  const { name, function: by, pending } = status;
  if (by === null || !isFree(status))
    throw new RefusedError(`${name} cannot be rotated from here now`, `rekey rotate-parameter ${name} --function NAME`);
  const { result, because, code, fact, hint } = await invoked(account, by, by, name, pending ?? undefined);
  if (result === 'rotated') return undefined;
  return result === 'other' ? `${name}: ${because}` : `${name}: ${code ?? 'failed'}: ${fact}\nhint: ${hint}`;
}

/** Without the right to ask there is no button, but all the rest. */
function deniedIsNo(error: unknown): false {
  if (!(error instanceof PermissionError)) throw error;
  return false;
}

/** Its function is the one that `vouch` vouches for; another one is not even asked what it said. */
async function parameterOf(account: Account, companionName: string, vouch: Vouch): Promise<Parameter> {
  // A flat name is as good with a slash, but a description is found by the one that it has.
  const name = companionName.replace(/^\/rekey/, '');
  const names = [companionName, name, ...(name.lastIndexOf('/') === 0 ? [name.slice(1)] : [])];
  const found = await describedParameters(account, names);
  const written = found.find(({ Name }) => Name === companionName);
  if (written === undefined)
    throw new RefusedError(`${companionName} is gone, and with it what is known of ${name}`, 'rotate it once');
  const by = functionIn(written.LastModifiedUser);
  const isItsOwn = by !== undefined && (await vouch(by, written.LastModifiedUser));
  const companion = isItsOwn ? written : { ...written, LastModifiedUser: undefined };
  const parameter = found.find((one) => one !== written);
  const { status, lines } = await lookAtParameter(account, companion, Date.now());
  return { companion, status, lines, version: parameter?.Version, changed: parameter?.LastModifiedDate };
}

/** A change of its own time is one by hand, or of a rotation before the last one that is known. */
function timesOf({ lastRotated, pendingSince }: Status, changed: Date | undefined): Record<string, string> {
  const isOwn = lastRotated === null || Math.abs(Date.parse(lastRotated) - Number(changed)) > 60_000;
  return {
    ...(pendingSince !== null && { 'last sign of this rotation': pendingSince }),
    ...(lastRotated !== null && { 'last rotation': lastRotated }),
    ...(changed && isOwn && { 'last change': changed.toISOString() }),
  };
}

/** What is wrong where no function has said anything of it. */
function unsaid({ state, pendingSince }: Status, next: string): MessageView | undefined {
  if (state !== 'stuck') return undefined;
  const fact = `its rotation has given no sign of life since ${pendingSince}, and no log that can be read from here has a failure`;
  return { outcome: state, fact, hint: 'whoever rotates it next goes on with that rotation', next };
}

/** Nobody is at work on it. */
const isFree = ({ state }: Status) => state !== 'rotating';

function buttonsOf({ region }: Account, status: Status): Details['buttons'] {
  const { name, arn, function: by, pending } = status;
  if (by === null || !isFree(status)) return [];
  const what = pending === null ? 'Rotates' : 'Goes on with the rotation of';
  return [
    { label: 'Rotate', act: { act: 'rotate', secret: arn }, asks: `${what} ${name} in ${region} now, by ${by}.` },
  ];
}

function versionsOf({ version, status }: Parameter, entry: ReturnType<typeof parseEntry>): Details['versions'] {
  const { kind, token, from, to } = entry;
  const isPending = status.pending !== null && kind !== 'claim';
  return [
    ...(isPending ? [{ id: token, labels: [LABELS.pending] }] : []),
    ...(version === undefined ? [] : [{ id: String(version), labels: [LABELS.current] }]),
    ...(kind === 'done' && version === to ? [{ id: String(from), labels: [LABELS.previous] }] : []),
  ];
}
