import { AwsError } from '../../aws/aws-error.ts';
import { callOf, type Operations, operation } from '../../aws/operation.ts';
import { page } from '../../aws/page.ts';
import { present } from '../../aws/present.ts';
import type { FunctionLogs, LogLine, Service } from '../../aws/service.ts';
import { flag, listOf, options, structure, text, whole } from '../../aws/shapes.ts';

const any = text({});
const group = { logGroupName: any, logGroupIdentifier: any };
const moment = whole({ min: 0 });
const window = { startTime: moment, endTime: moment, limit: whole({ min: 1, max: 10_000 }), nextToken: any };
const MOST = 10_000;

/** CloudWatch Logs, as far as reading takes it what functions have said: the groups `/aws/lambda/<name>`. */
export function cloudWatchLogs(functions: FunctionLogs): Service {
  /** Oldest first. */
  function linesOf(given: { logGroupName?: string; logGroupIdentifier?: string }, region: string): readonly LogLine[] {
    const named = given.logGroupName ?? given.logGroupIdentifier?.split(':log-group:').at(-1);
    const name = /^\/aws\/lambda\/([\w-]+)(:\*)?$/.exec(named ?? '')?.[1];
    const lines = name && functions.lines(name, region);
    if (!lines) throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
    return lines;
  }

  const operations: Operations<undefined> = {
    DescribeLogStreams: operation(options({ ...group, logStreamNamePrefix: any }), (given, _, { region }) => {
      const { logStreamNamePrefix: prefix = '' } = given;
      const names = linesOf(given, region).map(({ logStreamName }) => logStreamName);
      const logStreams = [...new Set(names)].filter((name) => name.startsWith(prefix));
      return { logStreams: logStreams.map((logStreamName) => ({ logStreamName })) };
    }),

    FilterLogEvents: operation(
      options({ ...group, ...window, logStreamNames: listOf(any), logStreamNamePrefix: any, filterPattern: any }),
      (given, _, { region }) => {
        const { startTime = 0, endTime = Number.POSITIVE_INFINITY, logStreamNamePrefix: prefix = '' } = given;
        const words = wordsOf(given.filterPattern ?? '');
        const found = linesOf(given, region).filter(
          ({ timestamp, logStreamName, message }) =>
            timestamp >= startTime &&
            timestamp <= endTime &&
            logStreamName.startsWith(prefix) &&
            (given.logStreamNames?.includes(logStreamName) ?? true) &&
            words.every((word) => message.includes(word)),
        );
        const { items, NextToken: nextToken } = page(found, given.limit ?? MOST, given.nextToken, badToken);
        return present({ events: items.map(shown), searchedLogStreams: [], nextToken });
      },
    ),

    GetLogEvents: operation(
      structure({ logStreamName: any }, { ...group, ...window, startFromHead: flag }),
      (given, _, { region }) => {
        const { startTime = 0, endTime = Number.POSITIVE_INFINITY, limit = MOST } = given;
        const found = linesOf(given, region).filter(
          ({ timestamp, logStreamName }) =>
            logStreamName === given.logStreamName && timestamp >= startTime && timestamp < endTime,
        );
        const [way, at] = placeOf(given.nextToken ?? (given.startFromHead ? 'f/0' : `b/${found.length}`));
        const start = way === 'f' ? at : Math.max(0, at - limit);
        const events = found.slice(start, way === 'f' ? at + limit : at);
        // The same token comes again at either end of the stream.
        const tokens = { nextForwardToken: `f/${start + events.length}`, nextBackwardToken: `b/${start}` };
        return { events: events.map(({ eventId: _, ...line }) => shown(line)), ...tokens };
      },
    ),
  };
  return { name: 'logs', call: callOf(operations, undefined), reset: () => {} };
}

const shown = ({ region: _, ...line }: Omit<LogLine, 'eventId'>) => ({ ...line, ingestionTime: line.timestamp });

/** Each of them has to be in a message. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html */
function wordsOf(pattern: string): string[] {
  const words = pattern.match(/"[^"]*"|\S+/g) ?? [];
  if (words.some((word) => /^[{[%?-]/.test(word))) {
    throw invalid('The sandbox knows filter patterns of words and "phrases" that are all in a message.');
  }
  return words.map((word) => word.replaceAll('"', ''));
}

/** Forward from the first event that it counts, or backward from the last. */
function placeOf(token: string): [way: 'f' | 'b', at: number] {
  if (!/^[fb]\/\d+$/.test(token)) throw badToken();
  return [token.startsWith('f') ? 'f' : 'b', Number(token.slice(2))];
}

const invalid = (message: string) => new AwsError('InvalidParameterException', message);
const badToken = () => invalid('The specified nextToken is invalid.');
