/** `rekey rotate --in-cloud`: the state machine of the stack does the waves, and goes on without whoever started it. */
import { createProgress } from '../../terminal/progress.ts';
import { wrapped } from '../../terminal/table.ts';
import type { Account } from '../account.ts';
import { agreed } from '../ask.ts';
import type { Terminal } from '../command.ts';
import type { SecretFacts } from '../condition.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { failureOf } from '../failure.ts';
import { failureLines } from '../outcome.ts';
import { type Failed, type Followed, failuresOf, followed } from './follow.ts';
import { commandsFor, type Machine, machineFor, refuseBusy, started } from './machine.ts';
import { type Order, orderOf, type Pace } from './order.ts';

export interface InCloud extends Pace {
  readonly wait: boolean;
  readonly yes?: true;
  readonly json?: true;
}

/** Each costs two calls, and nobody reads more. */
const MOST_FAILURES = 100;
/** It ends so where too many items failed. */
const THRESHOLD = 'States.ExceedToleratedFailureThreshold';

export async function rotateInCloud(
  account: Account,
  all: readonly SecretFacts[],
  options: InCloud,
  terminal: Terminal,
): Promise<ExitCode> {
  const { stdout, stderr } = terminal;
  const { region } = account;
  if (all.length === 0) {
    stdout.write(options.json ? json({ ...NOTHING, region }) : 'nothing is due\n');
    return exitCodes.good;
  }
  const machine = await machineFor(account, all);
  const order = orderOf(all, options);
  if (!(await agreed(planOf(order, machine, options, account), options.yes ?? false, terminal)))
    return exitCodes.declined;
  // Whoever asked may have answered late.
  await refuseBusy(account, machine);
  const execution = await started(account, machine, order);
  const left = order.left.length;
  const known = { ...NOTHING, region, execution, chosen: all.length, left };
  const told = (how: string) =>
    options.json ? json(known) : text([how, ...toLook(execution, region), ...leftLines(left)]);
  if (!options.wait) {
    stdout.write(told('started'));
    return left === 0 ? exitCodes.good : exitCodes.attention;
  }
  // Whatever happens to who watches: this is known.
  stderr.write(text(['started', ...toLook(execution, region)]));
  let end: Followed;
  try {
    end = await watched(account, execution, order, terminal);
  } catch (error) {
    if (!terminal.signal.aborted) stderr.write(failureOf(error, 'rekey').text);
    stdout.write(told('it goes on in AWS'));
    return exitCodes.attention;
  }
  const { status, error, cause, counts, mapRuns } = end;
  const failures: Failed[] = [];
  try {
    if (counts.failed > 0) failures.push(...(await failuresOf(account, mapRuns, order.secrets, MOST_FAILURES)));
  } catch (failure) {
    stderr.write(failureOf(failure, 'rekey').text);
  }
  const notBegun = all.length - counts.rotated - counts.failed - counts.goingOn;
  const report = { ...known, status, error, cause, counts: { ...counts, notBegun }, failures };
  stdout.write(options.json ? json(report) : reportLines(report));
  return counts.rotated === all.length ? exitCodes.good : exitCodes.attention;
}

function planOf(
  { secrets, left }: Order,
  { name }: Machine,
  { canary, concurrency, keepGoing }: InCloud,
  { region }: Account,
): string {
  const pace = concurrency === 1 ? 'one at a time' : `${concurrency} at a time, of one server or one pair too`;
  const canaries = canary === 0 || canary >= secrets.length ? '' : `, ${canary} before all others`;
  return [
    `Rotates ${secrets.length} secret${secrets.length === 1 ? '' : 's'} in ${region} now, by ${name}, ${pace}${canaries}, from ${secrets[0]?.name} on.`,
    keepGoing ? 'Goes on after a failure.' : 'Stops at the first failure.',
    ...(left.length === 0 ? [] : [`${left.length} more do not fit into one execution.`]),
  ].join(' ');
}

async function watched(
  account: Account,
  execution: string,
  { secrets }: Order,
  { stderr }: Terminal,
): Promise<Followed> {
  const progress = createProgress(stderr);
  const startedAt = Date.now();
  try {
    return await followed(account, execution, ({ rotated, failed }) => {
      const done = rotated + failed;
      const perMs = done / (Date.now() - startedAt);
      const left = done === 0 ? '' : `, ${Math.ceil((secrets.length - done) / perMs / 60_000)} min left`;
      progress.show(`${done} of ${secrets.length}, ${failed} failed${left}`);
    });
  } finally {
    progress.end();
  }
}

/** All members of what `--json` gives, in the order in which they become known. */
const NOTHING = {
  version: 1,
  region: '',
  execution: null,
  chosen: 0,
  left: 0,
  status: null,
  error: null,
  cause: null,
  counts: null,
  failures: [],
};

interface Report extends Omit<Followed, 'mapRuns' | 'counts' | 'startDate'> {
  readonly region: string;
  readonly execution: string;
  readonly counts: Followed['counts'] & { readonly notBegun: number };
  readonly failures: readonly Failed[];
}

function reportLines({ region, execution, status, error, cause, counts, failures }: Report): string {
  const { rotated, failed, goingOn, notBegun } = counts;
  const parts = [`${rotated} rotated`];
  if (failed > 0) parts.push(`${failed} failed`);
  if (goingOn > 0) parts.push(`${goingOn} going on`);
  if (notBegun > 0) parts.push(`${notBegun} not begun`);
  const lines = [parts.join(', ')];
  if (failed > failures.length)
    lines.push(`${failed - failures.length} failures are not told here: rekey status --failing`);
  if (goingOn > 0) lines.push('AWS goes on with what has begun, and rekey status shows it');
  if (status !== 'SUCCEEDED' && error !== THRESHOLD) {
    lines.push(...wrapped(`the execution is ${status}: ${[error ?? 'stopped', cause ?? ''].join(' ').trim()}`, 80));
    lines.push(...toLook(execution, region).slice(0, 1));
  }
  const isDenied = /AccessDenied|not authorized/.test(`${error} ${cause}`);
  if (isDenied) lines.push('next: deploy the stack again, which gives the role its rights, then the same command');
  else if (notBegun > 0) lines.push('next: the same command goes on with those');
  else if (status !== 'SUCCEEDED' && error !== THRESHOLD) lines.push('next: rekey status, then the same command');
  return failures.map(failureLines).join('') + text(lines);
}

const toLook = (execution: string, region: string) => {
  const [look, stop] = commandsFor(execution, region);
  return [`look: ${look}`, `stop: ${stop}`];
};
const leftLines = (left: number) =>
  left === 0 ? [] : [`${left} more did not fit: the same command goes on with them once this one is over`];
const json = (report: object) => `${JSON.stringify(report, null, 2)}\n`;
const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');
