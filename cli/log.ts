/** What a function of Rekey said: docs/notifications.md, "In the log". */
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { Account } from './account.ts';
import { call, causeOf } from './call.ts';

export interface LogLine {
  readonly at: number;
  readonly level: string;
  readonly message: string;
  readonly token?: string;
  readonly step?: string;
  readonly code?: string;
  readonly fact?: string;
  readonly hint?: string;
  readonly working?: string;
  readonly durationMs?: number;
  readonly attempt?: number;
  /** Of one line for each outcome. */
  readonly outcome?: string;
}

/** What a function said about one rotation, or one secret, oldest first. Undefined: it cannot be known from here, and why. */
export async function logOf(
  account: Account,
  functionName: string,
  about: string,
  since: number,
): Promise<readonly LogLine[] | undefined> {
  const lines: LogLine[] = [];
  let nextToken: string | undefined;
  try {
    do {
      const command = new FilterLogEventsCommand({
        logGroupName: `/aws/lambda/${functionName}`,
        startTime: since,
        filterPattern: `"${about}"`,
        ...(nextToken && { nextToken }),
      });
      const page = await call('logs:FilterLogEvents', functionName, account.patience, (abort) =>
        account.logs.send(command, abort),
      );
      lines.push(...(page.events ?? []).flatMap(({ timestamp = 0, message = '' }) => lineOf(timestamp, message)));
      nextToken = page.nextToken;
    } while (nextToken);
  } catch (error) {
    if (['AccessDeniedException', 'ResourceNotFoundException'].includes(causeOf(error))) return undefined;
    throw error;
  }
  return lines.sort((a, b) => a.at - b.at);
}

/** A line of Rekey, or nothing. */
export function lineOf(at: number, message: string): LogLine[] {
  try {
    const line = JSON.parse(message);
    return typeof line?.message === 'string' ? [{ ...line, at }] : [];
  } catch {
    // What the runtime itself writes, and other people's functions.
    return [];
  }
}
