/** How an execution goes on, by what Step Functions tells of it and of its items. */
import { setTimeout as wait } from 'node:timers/promises';
import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  DescribeMapRunCommand,
  ListExecutionsCommand,
  ListMapRunsCommand,
} from '@aws-sdk/client-sfn';
import { parseObject } from '../../shared/rotation/json.ts';
import type { Account } from '../account.ts';
import { call } from '../call.ts';
import type { SecretFacts } from '../condition.ts';
import { logOf } from '../log.ts';
import type { Outcome } from '../rotation.ts';
import { failureIn } from '../rotation.ts';

export interface Counts {
  readonly rotated: number;
  readonly failed: number;
  /** Begun, and not waited for: the wave ended before them. */
  readonly goingOn: number;
}

export interface Followed {
  readonly status: string;
  readonly error: string | null;
  readonly cause: string | null;
  readonly startDate: Date | undefined;
  readonly counts: Counts;
  /** One for each wave. */
  readonly mapRuns: readonly string[];
}

export type Failed = Pick<Outcome, 'name' | 'arn' | 'code' | 'fact' | 'hint' | 'working'>;

const FIRST_POLL_MS = 200;
const LAST_POLL_MS = 5_000;

/** To its end. */
export async function followed(
  account: Account,
  executionArn: string,
  onCounts: (counts: Counts) => void,
): Promise<Followed> {
  for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(LAST_POLL_MS, pollMs * 1.5)) {
    const now = await seen(account, executionArn);
    onCounts(now.counts);
    if (now.status !== 'RUNNING') return now;
    await wait(pollMs, undefined, { signal: account.patience.signal });
  }
}

/** How it is now. */
export async function seen(account: Account, executionArn: string): Promise<Followed> {
  // In this order, so that what is counted after the end is all.
  const { status = '', error = null, cause = null, startDate } = await describe(account, executionArn);
  const mapRuns = await mapRunsOf(account, executionArn);
  const counts = await countsOf(account, mapRuns);
  return { status, error, cause, startDate, counts, mapRuns };
}

async function describe(account: Account, executionArn: string): Promise<Partial<DescribeExecutionCommandOutput>> {
  const command = new DescribeExecutionCommand({ executionArn });
  return call('states:DescribeExecution', executionArn, account.patience, (abort) =>
    account.states.send(command, abort),
  );
}

/** Two waves at most: one page. */
async function mapRunsOf(account: Account, executionArn: string): Promise<string[]> {
  const command = new ListMapRunsCommand({ executionArn });
  const { mapRuns = [] } = await call('states:ListMapRuns', executionArn, account.patience, (abort) =>
    account.states.send(command, abort),
  );
  return mapRuns.map(({ mapRunArn = '' }) => mapRunArn);
}

async function countsOf(account: Account, mapRuns: readonly string[]): Promise<Counts> {
  const sum = { rotated: 0, failed: 0, goingOn: 0 };
  for (const mapRunArn of mapRuns) {
    const command = new DescribeMapRunCommand({ mapRunArn });
    const { itemCounts } = await call('states:DescribeMapRun', mapRunArn, account.patience, (abort) =>
      account.states.send(command, abort),
    );
    sum.rotated += itemCounts?.succeeded ?? 0;
    sum.failed += (itemCounts?.failed ?? 0) + (itemCounts?.timedOut ?? 0);
    sum.goingOn += (itemCounts?.aborted ?? 0) + (itemCounts?.running ?? 0);
  }
  return sum;
}

/** `most` of the failures, with what the function said where its log may be read. */
export async function failuresOf(
  account: Account,
  mapRuns: readonly string[],
  secrets: readonly SecretFacts[],
  most: number,
): Promise<Failed[]> {
  const items: string[] = [];
  for (const mapRunArn of mapRuns) {
    for (const statusFilter of ['FAILED', 'TIMED_OUT'] as const) {
      const command = new ListExecutionsCommand({ mapRunArn, statusFilter, maxResults: most });
      const { executions = [] } = await call('states:ListExecutions', mapRunArn, account.patience, (abort) =>
        account.states.send(command, abort),
      );
      items.push(...executions.map(({ executionArn = '' }) => executionArn));
    }
  }
  const failures: Failed[] = [];
  for (const item of items.slice(0, most)) failures.push(await failureOf(account, item, secrets));
  return failures;
}

async function failureOf(account: Account, item: string, secrets: readonly SecretFacts[]): Promise<Failed> {
  const { input, status, error, cause, startDate } = await describe(account, item);
  const { name, token } = (parseObject(input ?? '') ?? {}) as { name?: string; token?: string };
  const facts = secrets.find((one) => one.name === name);
  const of = { name: name ?? item, arn: facts?.arn ?? '' };
  const lines =
    facts?.functionName === undefined || token === undefined
      ? undefined
      : await logOf(account, facts.functionName, token, (startDate?.getTime() ?? Date.now()) - 60_000);
  const said = failureIn(lines ?? []);
  if (said !== undefined) {
    const { code = null, fact = null, hint = null, working = null } = said;
    return { ...of, code, fact, hint, working };
  }
  return {
    ...of,
    code: null,
    fact: [error ?? status, cause].filter(Boolean).join(': '),
    hint: `rekey doctor ${of.name}`,
    working: null,
  };
}
