/** What a function has said. Loaded only by those that read it: no function reads its own log to rotate. */
import {
  CloudWatchLogsClient,
  FilterLogEventsCommand,
  type FilterLogEventsCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import { clientOf } from './clients.ts';
import { nameOf, serviceError } from './service-error.ts';

export type LoggedLine = Readonly<Record<string, unknown>>;

/** Lines of JSON that hold this phrase, oldest first. None where there is no such log: the function never ran. Throws ServiceError. */
export async function loggedBy(
  functionName: string,
  phrase: string,
  since: number,
  signal: AbortSignal,
): Promise<readonly LoggedLine[]> {
  const lines: LoggedLine[] = [];
  let nextToken: string | undefined;
  do {
    const page = await pageOf(
      { logGroupName: `/aws/lambda/${functionName}`, filterPattern: `"${phrase}"`, startTime: since, nextToken },
      signal,
    );
    lines.push(...(page?.events ?? []).flatMap(({ message = '' }) => lineOf(message)));
    nextToken = page?.nextToken;
  } while (nextToken !== undefined);
  return lines;
}

async function pageOf(input: FilterLogEventsCommandInput, signal: AbortSignal) {
  try {
    return await clientOf(CloudWatchLogsClient).send(new FilterLogEventsCommand(input), { abortSignal: signal });
  } catch (error) {
    if (nameOf(error) === 'ResourceNotFoundException') return undefined;
    throw serviceError(error, `FilterLogEvents of ${input.logGroupName}`);
  }
}

/** What Lambda itself writes there is no JSON. */
function lineOf(message: string): LoggedLine[] {
  try {
    const line: unknown = JSON.parse(message);
    return typeof line === 'object' && line !== null ? [{ ...line }] : [];
  } catch {
    return [];
  }
}
