import { setTimeout as wait } from 'node:timers/promises';
import { PermissionError } from '../shared/rotation/errors.ts';
import { CLEAR_SCREEN } from '../terminal/foreign.ts';
import { createPaint } from '../terminal/paint.ts';
import type { Account } from './account.ts';
import { command, type Terminal } from './command.ts';
import { factsOf, needsPerson } from './condition.ts';
import { exitCodes } from './exit-codes.ts';
import { inParallel } from './in-parallel.ts';
import { look, lookAtParameter, type Status } from './look.ts';
import { companionPages, secretPages } from './service.ts';
import { HEAD, statusLine, type Totals, totalLines } from './status/line.ts';
import { type Tag, tagOf } from './values.ts';

interface Options {
  readonly tag?: Tag;
  readonly function?: string;
  readonly overdue?: true;
  readonly failing?: true;
  readonly watch?: true;
}

const WATCH_MS = 5_000;
/** Secrets of one page whose rotation is unfinished. */
const AT_A_TIME = 4;

export const status = command<Options>(
  {
    name: 'status',
    about:
      'A line for each secret, and for each parameter that Rekey rotates: system, strategy, how long ago and how soon ' +
      'it rotates (3d, 5h, 20m), and its state. Changes nothing.',
    define: (parser) =>
      parser
        .option('--tag <key=value>', 'only those with this tag', tagOf)
        .option('--function <name>', 'only those of this function')
        .option('--overdue', 'only those that should have rotated')
        .option('--failing', 'only those that fail or are stuck')
        .option('--watch', `looks again every ${WATCH_MS / 1000} s, until Ctrl-C`),
    after:
      'Actions to allow: secretsmanager:ListSecrets; for rotations that are unfinished secretsmanager:ListSecretVersionIds, logs:FilterLogEvents; ssm:DescribeParameters.',
  },
  async ({ options }, terminal) => {
    const { onAccount } = await import('./account.ts');
    return onAccount(options, terminal, async (account) => {
      for (;;) {
        const totals = await show(account, options, terminal);
        const isWell = needsPerson.every((state) => totals.states[state] === undefined);
        if (!options.watch) return isWell ? exitCodes.good : exitCodes.attention;
        await wait(WATCH_MS, undefined, { signal: terminal.signal });
        if (terminal.stdout.isTTY) terminal.stdout.write(CLEAR_SCREEN);
      }
    });
  },
);

async function show(account: Account, options: Options & { json?: true }, { stdout }: Terminal): Promise<Totals> {
  const paint = createPaint(stdout);
  const totals: Totals = { region: account.region, secrets: 0, parameters: 0, states: {} };
  if (!options.json) stdout.write(`${HEAD}\n`);
  let separator = `{"version":1,"region":${JSON.stringify(account.region)},"items":[\n`;
  for await (const one of all(account, options)) {
    if (typeof one === 'string') {
      totals.unread = one;
      continue;
    }
    totals[one.kind === 'secret' ? 'secrets' : 'parameters'] += 1;
    totals.states[one.state] = (totals.states[one.state] ?? 0) + 1;
    if (one.code !== null) totals.code ??= one.code;
    if (one.action !== null && one.state !== 'rotating') totals.unfinishedRollback ??= one.name;
    if (!isWanted(one, options)) continue;
    stdout.write(options.json ? `${separator}${JSON.stringify(one)}` : `${statusLine(one, Date.now(), paint)}\n`);
    separator = ',\n';
  }
  if (options.json) stdout.write(`${separator === ',\n' ? '' : separator}\n],"totals":${JSON.stringify(totals)}}\n`);
  else stdout.write(totalLines(totals));
  return totals;
}

function isWanted({ state }: Status, { overdue, failing }: Options): boolean {
  if (!overdue && !failing) return true;
  return (overdue === true && state === 'overdue') || (failing === true && (state === 'failing' || state === 'stuck'));
}

/** One page at a time is in memory. A text says what could not be read. */
async function* all(account: Account, { tag, function: name }: Options): AsyncGenerator<Status | string> {
  for await (const page of secretPages(account, tag)) {
    const facts = page.map(factsOf).filter(({ functionName }) => name === undefined || functionName === name);
    yield* await inParallel(facts, AT_A_TIME, (one) => look(account, one, Date.now()));
  }
  try {
    for await (const page of companionPages(account, tag)) {
      const seen = await inParallel(page, AT_A_TIME, (one) => lookAtParameter(account, one, Date.now()));
      yield* seen.map(({ status }) => status).filter((one) => name === undefined || one.function === name);
    }
  } catch (error) {
    if (!(error instanceof PermissionError)) throw error;
    yield `parameters were not read: ${error.fact}; ${error.hint}`;
  }
}
