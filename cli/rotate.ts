import { RotationError } from '../shared/rotation/errors.ts';
import { DAY } from '../shared/rotation/pause.ts';
import { unfinished } from '../shared/rotation/window.ts';
import { createProgress } from '../terminal/progress.ts';
import { UsageError } from '../terminal/usage.ts';
import type { Account } from './account.ts';
import { agreed } from './ask.ts';
import { command, type Terminal } from './command.ts';
import { factsOf, isOfRekey, type SecretFacts } from './condition.ts';
import { exitCodes } from './exit-codes.ts';
import { inWaves, type Result } from './fleet.ts';
import { outcomeLines, reportLines, stepLine } from './outcome.ts';
import { rotatable } from './refusal.ts';
import { type Begin, type Outcome, rotated } from './rotation.ts';
import { secretPages, serverOf } from './service.ts';
import { daysOf, numberFrom, type Tag, tagOf } from './values.ts';

interface Options {
  readonly tag?: Tag;
  readonly olderThan?: number;
  readonly canary: number;
  readonly concurrency: number;
  readonly perHost?: number;
  readonly keepGoing?: true;
  readonly inCloud?: true;
  /** False with --no-wait. */
  readonly wait: boolean;
  readonly yes?: true;
  readonly json?: true;
}

/** An invocation takes a quarter of an hour at most, and four make a rotation; who waits that long looks at `rekey status`. */
const TIMEOUT_MS = 10 * 60_000;

export const rotate = command<Options>(
  {
    name: 'rotate',
    about:
      'Rotates secrets now, and watches each step. Of many: the oldest first, a canary ' +
      'before all others, until one fails. The same command goes on where it stopped.',
    define: (parser) =>
      parser
        .argument('[secrets...]')
        .option('--tag <key=value>', 'in place of names: those with this tag', tagOf)
        .option('--older-than <days>', 'those not rotated for so long, as 30d', daysOf)
        .option('--canary <n>', 'so many first, alone', numberFrom(0), 1)
        .option('--concurrency <n>', 'so many at once; more than 1 reads hosts', numberFrom(1), 1)
        .option('--per-host <n>', 'of those so many on one server (default: 1)', numberFrom(1))
        .option('--keep-going', 'also after a failure')
        .option('--in-cloud', 'by the state machine of the stack: docs/rekey.md')
        .option('--no-wait', 'with --in-cloud: ends once it has begun')
        .option('--yes', 'does not ask'),
    after:
      'Actions to allow: secretsmanager:RotateSecret, DescribeSecret, ListSecrets, ' +
      'ListSecretVersionIds; logs:FilterLogEvents; for options more: docs/rekey.md.',
  },
  async ({ options, names }, terminal) => {
    const isChosen = options.tag !== undefined || options.olderThan !== undefined;
    if (names.length === 0 && !isChosen)
      throw new UsageError('no secret', 'name one, or choose with --tag or --older-than');
    if (names.length > 0 && isChosen) throw new UsageError('names and a choice', 'leave one of the two out');
    refuseInCloud(options);
    const { onAccount } = await import('./account.ts');
    return onAccount(options, terminal, async (account) => {
      const all = names.length > 0 ? await named(account, names) : await chosen(account, options);
      if (options.inCloud) {
        const { rotateInCloud } = await import('./in-cloud/rotate.ts');
        return rotateInCloud(account, all, options, terminal);
      }
      if (all.length === 0) {
        terminal.stdout.write(
          options.json ? json({ outcomes: [], notBegun: [], unseen: [] }, account) : 'nothing is due\n',
        );
        return exitCodes.good;
      }
      if (!(await agreed(planOf(all, options, account), options.yes ?? false, terminal))) return exitCodes.declined;
      const result = await work(account, all, options, terminal);
      terminal.stdout.write(options.json ? json(result, account) : reportLines(result));
      const isWell = result.notBegun.length === 0 && result.outcomes.every((one) => one.result === 'rotated');
      return isWell && result.outcomes.length === all.length ? exitCodes.good : exitCodes.attention;
    });
  },
);

function refuseInCloud({ inCloud, perHost, wait }: Options): void {
  if (inCloud && perHost !== undefined) {
    throw new UsageError(
      '--per-host with --in-cloud',
      'the state machine reads no values, so it knows no servers: leave one of the two out',
    );
  }
  if (!inCloud && !wait) throw new UsageError('--no-wait without --in-cloud', 'leave it out, or give both');
}

/** Each of them is looked at before any is rotated. */
async function named(account: Account, names: readonly string[]): Promise<SecretFacts[]> {
  const all: SecretFacts[] = [];
  for (const name of new Set(names)) {
    all.push(await rotatable(account, name));
  }
  return all;
}

/** Those that a function of Rekey rotates, the oldest first. What is unfinished is not begun again. */
async function chosen(account: Account, { tag, olderThan = 0 }: Options): Promise<SecretFacts[]> {
  const due: SecretFacts[] = [];
  const age = ({ lastRotated }: SecretFacts) =>
    lastRotated === undefined ? Number.POSITIVE_INFINITY : Date.now() - lastRotated.getTime();
  for await (const page of secretPages(account, tag)) {
    for (const facts of page.map(factsOf)) {
      const isOurs = facts.rotates && facts.manager === undefined && isOfRekey(facts.functionName);
      const isHere = facts.primaryRegion === undefined || facts.primaryRegion === account.region;
      if (isOurs && isHere && unfinished(facts.labels) === undefined && age(facts) > olderThan * DAY) due.push(facts);
    }
  }
  return due.sort((a, b) => (a.lastRotated?.getTime() ?? 0) - (b.lastRotated?.getTime() ?? 0));
}

function planOf(
  all: readonly SecretFacts[],
  { canary, concurrency, perHost = 1, keepGoing }: Options,
  { region }: Account,
): string {
  const [first] = all;
  if (all.length === 1) return `Rotates ${first?.name} in ${region} now, by ${first?.functionName}.`;
  const how = concurrency === 1 ? 'one at a time' : `${concurrency} at a time, ${perHost} for each server`;
  const canaries = canary === 0 ? '' : `, ${Math.min(canary, all.length)} before all others`;
  return `Rotates ${all.length} secrets in ${region} now, ${how}${canaries}, from ${first?.name} on. ${keepGoing ? 'Goes on after a failure.' : 'Stops at the first failure.'}`;
}

async function work(
  account: Account,
  all: readonly SecretFacts[],
  options: Options,
  { stdout, stderr, signal }: Terminal,
): Promise<Result<SecretFacts>> {
  const progress = createProgress(stderr);
  const startedAt = Date.now();
  const isOne = all.length === 1 && options.json === undefined;
  let done = 0;
  try {
    return await inWaves(all, {
      canary: all.length === 1 ? 0 : options.canary,
      concurrency: options.concurrency,
      perServer: options.perHost ?? 1,
      keepGoing: options.keepGoing ?? false,
      signal,
      serverOf: ({ arn }) => serverOf(account, arn),
      rotate: (facts) =>
        rotatedOrFailed(account, facts, isOne ? (step) => void stdout.write(stepLine(step)) : undefined),
      onOutcome: (outcome) => {
        done += 1;
        const perMs = done / (Date.now() - startedAt);
        const left = Math.ceil((all.length - done) / perMs / 60_000);
        progress.end();
        if (!options.json) stdout.write(outcomeLines(outcome));
        if (done < all.length)
          progress.show(`${done} of ${all.length}, ${(perMs * 60_000).toFixed(1)} a minute, ${left} min left`);
      },
    });
  } finally {
    progress.end();
  }
}

async function rotatedOrFailed(account: Account, facts: SecretFacts, onStep: Begin['onStep']): Promise<Outcome> {
  const startedAt = Date.now();
  try {
    return await rotated(account, facts, { timeoutMs: TIMEOUT_MS, ...(onStep && { onStep }) });
  } catch (error) {
    if (!(error instanceof RotationError) || account.patience.signal.aborted) throw error;
    const { name, arn } = facts;
    const { code, fact, hint } = error;
    const nothing = { version: '', current: null, previous: null, steps: [], working: null };
    return { name, arn, result: 'failed', ms: Date.now() - startedAt, code, fact, hint, ...nothing };
  }
}

function json({ outcomes, notBegun, unseen }: Result<SecretFacts>, { region }: Account): string {
  const named = (all: readonly SecretFacts[]) => all.map(({ name, arn }) => ({ name, arn }));
  const report = { version: 1, region, outcomes, notBegun: named(notBegun), unseen: named(unseen) };
  return `${JSON.stringify(report, null, 2)}\n`;
}
