import { DAY } from '../shared/rotation/pause.ts';
import { tableLine } from '../terminal/table.ts';
import { command } from './command.ts';
import { factsOf, type SecretFacts } from './condition.ts';
import { exitCodes } from './exit-codes.ts';
import { type LogLine, logOf } from './log.ts';
import { describeSecret, versionsOf } from './service.ts';
import { daysOf } from './values.ts';

interface Options {
  readonly since: number;
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
      'The versions of a secret with their labels and ages, and what its function said of its rotations: each step, ' +
      'each failure with its code. Changes nothing, reads no value.',
    define: (parser) =>
      parser.argument('<secret>').option('--since <days>', 'how far back the log is read, as 30d', daysOf, 30),
    after:
      'Actions to allow: secretsmanager:DescribeSecret, ListSecretVersionIds; logs:FilterLogEvents. Who began a ' +
      'rotation, CloudTrail knows: the last line has the command.',
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
      const lines = functionName && (await logOf(account, functionName, facts.arn, Date.now() - options.since * DAY));
      const events = lines ? lines.filter(isEvent) : undefined;
      terminal.stdout.write(options.json ? json(facts, versions, events) : told(facts, versions, events, options));
      return exitCodes.good;
    });
  },
);

function isEvent({ message, code }: LogLine): boolean {
  return message === 'step done' || code !== undefined;
}

type Events = readonly LogLine[] | undefined;

function told(facts: SecretFacts, versions: readonly Version[], events: Events, { since }: Options): string {
  const columns = [{ width: 20 }, { width: 8 }, { width: 24 }];
  const lines = [
    facts.name,
    '',
    tableLine(['  made', 'version', 'labels'], columns, '  '),
    ...versions.map(({ id, labels, created }) =>
      tableLine([`  ${minute(created)}`, id.slice(0, 8), labels.join(', ') || 'none'], columns, '  '),
    ),
    '',
    ...eventLines(facts, events, since),
    '',
    'who began them:',
    `  aws cloudtrail lookup-events \\\n    --lookup-attributes AttributeKey=ResourceName,AttributeValue='${facts.arn}'`,
  ];
  return `${lines.join('\n')}\n`;
}

function eventLines({ functionName }: SecretFacts, events: Events, since: number): string[] {
  if (functionName === undefined) return ['no function rotates it'];
  if (!events) return [`the log of ${functionName} may not be read, or is not there: rotations cannot be told`];
  if (events.length === 0) return [`${functionName} has said nothing of it for ${since} days`];
  const columns = [{ width: 20 }, { width: 8 }, { width: 12 }];
  return [
    tableLine(['  at', 'version', 'step', 'outcome'], columns, '  '),
    ...events.map(({ at, token = '', step = '', code, durationMs, working }) => {
      const outcome =
        code === undefined ? `done, ${durationMs ?? 0} ms` : `${code}${working ? `, works: ${working}` : ''}`;
      return tableLine([`  ${minute(new Date(at).toISOString())}`, token.slice(0, 8), step, outcome], columns, '  ');
    }),
  ];
}

function json({ name, arn, functionName }: SecretFacts, versions: readonly Version[], events: Events): string {
  const rotations = events
    ? events.map(({ at, token, step, code = null, durationMs = null, working = null, fact = null }) => ({
        at: new Date(at).toISOString(),
        version: token,
        step,
        code,
        fact,
        working,
        ms: durationMs,
      }))
    : null;
  return `${JSON.stringify({ version: 1, name, arn, function: functionName ?? null, versions, rotations }, null, 2)}\n`;
}

const minute = (date: string | null) => (date === null ? '' : date.slice(0, 19).replace('T', ' '));
