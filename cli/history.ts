import { DAY } from '../shared/rotation/pause.ts';
import { legible } from '../terminal/foreign.ts';
import { createProgress } from '../terminal/progress.ts';
import { tableLine, wrapped } from '../terminal/table.ts';
import { command } from './command.ts';
import { factsOf, type SecretFacts } from './condition.ts';
import { exitCodes } from './exit-codes.ts';
import { type LogLine, logOf } from './log.ts';
import { describeSecret, versionsOf } from './service.ts';
import { TRAIL_DAYS, type Trail, trailOf } from './trail.ts';
import { daysOf } from './values.ts';

const LOG_DAYS = 30;
/** What 80 columns leave beside when and what. */
const WHO_WIDTH = 31;

interface Options {
  readonly since?: number;
  readonly trail: boolean;
  readonly json?: true;
}

interface Version {
  readonly id: string;
  readonly labels: readonly string[];
  readonly created: string | null;
  readonly lastAccessed: string | null;
}

export const history = command<Options>(
  {
    name: 'history',
    about:
      'The versions of a secret with their labels and ages, what its function said of its rotations (each step, each ' +
      'failure with its code), and what CloudTrail says was done to it, and by whom. Changes nothing, reads no value.',
    define: (parser) =>
      parser
        .argument('<secret>')
        .option('--since <days>', `how far back; else ${LOG_DAYS}d of the log, ${TRAIL_DAYS}d of CloudTrail`, daysOf)
        .option('--no-trail', 'without CloudTrail, which takes some seconds'),
    after:
      'Actions to allow: secretsmanager:DescribeSecret, ListSecretVersionIds; logs:FilterLogEvents; ' +
      'cloudtrail:LookupEvents. What may not be read is left out, and said.',
  },
  async ({ options, names: [name = ''] }, terminal) => {
    const { onAccount } = await import('./account.ts');
    return onAccount(options, terminal, async (account) => {
      const facts = factsOf(await describeSecret(account, name));
      const versions = (await versionsOf(account, facts.arn)).map(
        ({ VersionId = '', VersionStages = [], CreatedDate, LastAccessedDate }): Version => ({
          id: VersionId,
          labels: VersionStages,
          created: CreatedDate?.toISOString() ?? null,
          lastAccessed: LastAccessedDate?.toISOString().slice(0, 10) ?? null,
        }),
      );
      const { functionName } = facts;
      const logged = Date.now() - (options.since ?? LOG_DAYS) * DAY;
      const lines = functionName && (await logOf(account, functionName, facts.arn, logged));
      const steps = lines ? lines.filter(isEvent) : undefined;
      const { stdout, stderr } = terminal;
      const found = { facts, versions, steps, since: options.since };
      // What is known is not kept back for what takes long.
      if (!options.json) stdout.write(told(found));
      const progress = createProgress(stderr, { patienceMs: 1000 });
      try {
        const asks = (line: string) => progress.show(line);
        const trail = options.trail ? await trailOf(account, facts, options.since, undefined, asks) : undefined;
        progress.end();
        if (options.json) stdout.write(json({ ...found, trail }));
        else if (trail) stdout.write(trailText(trail, options.since));
      } finally {
        progress.end();
      }
      return exitCodes.good;
    });
  },
);

interface Found {
  readonly facts: SecretFacts;
  readonly versions: readonly Version[];
  /** What its function said. Undefined: it may not be read, or there is none. */
  readonly steps: readonly LogLine[] | undefined;
  readonly trail: Trail | undefined;
  readonly since: number | undefined;
}

function isEvent({ message, code }: LogLine): boolean {
  return message === 'step done' || code !== undefined;
}

function told({ facts, versions, steps, since }: Omit<Found, 'trail'>): string {
  const columns = [{ width: 20 }, { width: 8 }, { width: 24 }];
  const lines = [
    legible(facts.name),
    '',
    tableLine(['  made', 'version', 'labels'], columns, '  '),
    ...versions.map(({ id, labels, created }) =>
      tableLine([`  ${minute(created)}`, id.slice(0, 8), labels.join(', ') || 'none'], columns, '  '),
    ),
    '',
    ...stepLines(facts, steps, since ?? LOG_DAYS),
  ];
  return `${lines.join('\n')}\n`;
}

const trailText = (trail: Trail, since = TRAIL_DAYS) =>
  `\n${trailLines(trail, Math.min(since, TRAIL_DAYS)).join('\n')}\n`;

function stepLines({ functionName }: SecretFacts, steps: Found['steps'], days: number): string[] {
  if (functionName === undefined) return ['no function rotates it'];
  if (!steps) return [`the log of ${functionName} may not be read, or is not there: rotations cannot be told`];
  if (steps.length === 0) return [`${functionName} has said nothing of it for ${days} days`];
  const columns = [{ width: 20 }, { width: 8 }, { width: 12 }];
  return [
    tableLine(['  at', 'version', 'step', 'outcome'], columns, '  '),
    ...steps.map(({ at, token = '', step = '', code, durationMs, working }) => {
      const outcome =
        code === undefined ? `done, ${durationMs ?? 0} ms` : `${code}${working ? `, works: ${working}` : ''}`;
      return tableLine([`  ${minute(new Date(at).toISOString())}`, token.slice(0, 8), step, outcome], columns, '  ');
    }),
  ];
}

function trailLines({ events, unread }: Trail, days: number): string[] {
  const columns = [{ width: 20 }, { width: 24 }];
  const lines = events.flatMap(({ at, event, by, from, code }) => {
    // A service of AWS is both who and whence.
    const who = [by, from].filter((one, index, all) => one !== null && all.indexOf(one) === index).join(' from ');
    const [first = '', ...more] = wrapped(`${who}${code === null ? '' : `: ${code}`}`, WHO_WIDTH);
    return [[`  ${minute(at)}`, event, first], ...more.map((rest) => ['', '', rest])].map((cells) =>
      tableLine(cells, columns, '  '),
    );
  });
  if (unread === undefined && lines.length === 0) return [`CloudTrail has nothing of it for ${days} days`];
  return [
    ...(lines.length === 0 ? [] : [tableLine(['  at', 'in CloudTrail', 'by'], columns, '  '), ...lines]),
    ...(unread === undefined ? [] : [unread]),
  ];
}

function json({ facts: { name, arn, functionName }, versions, steps, trail }: Found): string {
  const rotations =
    steps?.map(({ at, token, step, code = null, durationMs = null, working = null, fact = null }) => ({
      at: new Date(at).toISOString(),
      version: token,
      step,
      code,
      fact,
      working,
      ms: durationMs,
    })) ?? null;
  const { events = null, unread = null } = trail ?? {};
  const data = {
    version: 1,
    name,
    arn,
    function: functionName ?? null,
    versions,
    rotations,
    events,
    eventsUnread: unread,
  };
  return `${JSON.stringify(data, null, 2)}\n`;
}

const minute = (date: string | null) => (date === null ? '' : date.slice(0, 19).replace('T', ' '));
