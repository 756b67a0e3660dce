/** What people are told about a rotation. The shape is docs/notification.schema.json; versions only ever add fields. */

import type { Message } from '../aws/sns.ts';
import type { RotationError } from '../rotation/errors.ts';
import { errorTold } from '../rotation/errors.ts';
import type { RotationOutcome, WorkingCredential } from '../rotation/rotation.ts';
import type { Situation } from '../stores/next-command.ts';
import type { Store } from './event.ts';
import type { Told } from './message-formats.ts';
import { chatOf, textOf } from './message-formats.ts';
import { isCutOff } from './told-failures.ts';

/** What happened, with what must be said of it. */
export type News =
  | RotationOutcome
  | { readonly outcome: 'failed'; readonly error: RotationError }
  /** What a policy says of a parameter that nothing rotates. */
  | { readonly outcome: 'unrotated'; readonly because: string }
  | { readonly outcome: 'expired' }
  /** Why, and since when, a rotation has not come or has not ended. */
  | { readonly outcome: 'overdue' | 'stuck'; readonly because: string; readonly since: Date };

export type Facts = Circumstances & News;

interface Circumstances extends Situation {
  readonly time: Date;
  /** What keeps the versions. */
  readonly store: Store;
  /** Known once the secret was described. */
  readonly secretName?: string | undefined;
  /** Address or path of the runbook. */
  readonly runbook: string;
  readonly engine: string;
  readonly strategy: string;
  readonly step: string;
  readonly working: WorkingCredential;
  /** How often the step failed in this way. */
  readonly attempt?: number | undefined;
  /** Since when applications that read AWSCURRENT are refused; or as the news say. */
  readonly since?: Date | undefined;
  readonly recoveredWith?: string | undefined;
  /** It ends what people were told of before. */
  readonly recovered?: boolean | undefined;
  readonly because?: string | undefined;
  readonly action?: 'rollback' | undefined;
}

/** What is published, wherever that is. */
export type Notification = Omit<Message, 'topicArn'>;

/** cut-off: applications that read AWSCURRENT were seen to be refused. failing: somebody may have to act. */
export type Severity = 'cut-off' | 'failing' | 'info';

/** No function has failed, and somebody may have to act all the same. */
const WITHOUT_FUNCTION: readonly string[] = ['unrotated', 'expired', 'overdue', 'stuck'];

export function severityOf({ outcome, working }: Pick<Facts, 'outcome' | 'working'>): Severity {
  if (outcome === 'failed') return isCutOff(working) ? 'cut-off' : 'failing';
  return WITHOUT_FUNCTION.includes(outcome) ? 'failing' : 'info';
}

/** Which subscribers get what: `text` gives e-mails a text, `chat` also HTTPS subscribers a custom notification of Amazon Q Developer. */
export type NotificationFormat = 'json' | 'text' | 'chat';

export function notification(facts: Facts, format: NotificationFormat = 'json'): Notification {
  const secret = facts.secretName ?? facts.secretId;
  const severity = severityOf(facts);
  const next = facts.store.next(facts);
  const again = facts.store.again?.(facts);
  const subject = subjectOf(facts, secret);
  const summary = severity === 'cut-off' ? refused(secret, facts.since) : undefined;
  const about = facts.error?.code ?? (ENTRIES.includes(facts.outcome) ? facts.outcome : undefined);
  const entry = about && `${facts.runbook}#${about.toLowerCase()}`;
  // JSON has no members for what is undefined.
  const body = {
    version: 1,
    severity,
    summary: summary && `${summary}. Do now: ${next}`,
    outcome: facts.outcome,
    action: facts.action,
    recovered: facts.recovered || undefined,
    time: facts.time.toISOString(),
    secret: { name: secret, arn: facts.secretArn ?? facts.secretId },
    engine: facts.engine,
    strategy: facts.strategy,
    step: facts.step,
    token: facts.token,
    working: facts.working,
    since: facts.since?.toISOString(),
    attempt: facts.attempt,
    recoveredWith: facts.recoveredWith,
    because: facts.because,
    error: facts.error && errorTold(facts.error),
    next,
    rotateAgain: again,
    runbook: entry,
  };
  return {
    group: secret,
    subject,
    body: JSON.stringify(body, undefined, 2),
    ...bodiesOf(format, { ...body, ...body.error, subject, summary, time: facts.time, where: whereOf(facts) }),
    attributes: {
      severity,
      outcome: facts.outcome,
      engine: facts.engine,
      strategy: facts.strategy,
      step: facts.step,
      ...(facts.error === undefined ? {} : { code: facts.error.code }),
      ...(facts.attempt === undefined ? {} : { attempt: facts.attempt }),
      ...(facts.recovered && { recovered: 'true' }),
    },
  };
}

/** Outcomes that have an entry in the runbook. */
const ENTRIES: readonly string[] = ['overdue', 'stuck'];

function bodiesOf(format: NotificationFormat, told: Told): Pick<Notification, 'bodies'> {
  if (format === 'json') return {};
  return { bodies: { email: textOf(told), ...(format === 'chat' && { https: chatOf(told) }) } };
}

function whereOf({ engine, strategy, step, attempt = 1 }: Facts): string {
  return [engine, strategy, step, ...(attempt > 1 ? [`attempt ${attempt}`] : [])].join(', ');
}

function refused(secret: string, since: Date | undefined): string {
  return `Applications that read AWSCURRENT of ${secret} are refused now${since === undefined ? '' : `, since ${since.toISOString()}`}`;
}

function subjectOf(facts: Facts, secret: string): string {
  const { outcome, error, since, attempt = 1 } = facts;
  const code = error === undefined ? '' : ` (${error.code})`;
  if (severityOf(facts) === 'cut-off') {
    const when = since === undefined ? '' : ` since ${since.toISOString().slice(11, 16)} UTC`;
    return fitted(`Rekey: APPLICATIONS ARE REFUSED NOW${when}: `, secret, `${code}${againAt(attempt)}`);
  }
  const start = facts.recovered ? 'recovered: ' : outcome === 'failed' ? 'rotation of ' : '';
  return fitted(`Rekey: ${start}`, secret, ` ${saidOf(facts)}${code}`);
}

function saidOf(facts: Facts): string {
  switch (facts.outcome) {
    case 'succeeded':
      return facts.action === 'rollback' ? 'was rolled back' : 'was rotated';
    case 'checked':
      return 'passed its configuration check';
    case 'recovered':
      return 'was locked out and works again';
    case 'revoked':
      return 'has no older credential any more';
    case 'postponed':
      return 'has an older credential that is still in use';
    case 'failed': {
      const { step, attempt = 1 } = facts;
      return attempt > 1 ? `is still failing in ${step}${againAt(attempt)}` : `failed in ${step}`;
    }
    case 'unrotated':
      return facts.because;
    case 'expired':
      return 'has expired and was deleted';
    case 'overdue':
    case 'stuck':
      return `is ${facts.outcome} since ${facts.since.toISOString().slice(0, 10)}`;
  }
}

const againAt = (attempt: number) => (attempt > 1 ? `, attempt ${attempt}` : '');

/** Printable ASCII, at most 100 characters: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
function fitted(start: string, secret: string, end: string): string {
  const room = 100 - start.length - end.length;
  const name = secret.length > room ? `${secret.slice(0, room - 3)}...` : secret;
  return `${start}${name}${end}`.replace(/[^\x20-\x7e]/g, '?').slice(0, 100);
}
