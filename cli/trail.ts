/**
 * What CloudTrail says was done to a secret, and by whom.
 *
 * It is asked by the names of events: https://docs.aws.amazon.com/secretsmanager/latest/userguide/cloudtrail_log_entries.html
 * What it calls the "resource name" of an event is each service's own affair, may be absent
 * (https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_Resource.html), and would bring every application's reading
 * of the value. One attribute can be asked for at a time, 50 events a page, two requests a second:
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 */
import { setTimeout as wait } from 'node:timers/promises';
import { type Event, type LookupAttribute, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import * as z from 'zod/mini';
import { RotationError } from '../shared/rotation/errors.ts';
import { DAY } from '../shared/rotation/pause.ts';
import { legible } from '../terminal/foreign.ts';
import type { Account } from './account.ts';
import { call, causeOf } from './call.ts';
import type { SecretFacts } from './condition.ts';

/** It keeps no more. */
export const TRAIL_DAYS = 90;
/** In an account where thousands rotate, an event has more pages than anybody waits for. */
const PAGES = 5;
const LONGEST_MS = 30_000;
/** Half of what all that ask in an account share. */
const EVERY_MS = 1000;

const NAMES = [
  'RotateSecret',
  'CancelRotateSecret',
  'RotationStarted',
  'RotationSucceeded',
  'RotationFailed',
  'RotationAbandoned',
  'PutSecretValue',
  'UpdateSecret',
  'UpdateSecretVersionStage',
  'DeleteSecret',
  'RestoreSecret',
];

/** Of all that an event has, no more than this is kept: values that somebody put into a request stay where they are. */
export interface TrailEvent {
  readonly at: string;
  /** As CloudTrail names it. */
  readonly event: string;
  readonly version: string | null;
  readonly label: string | null;
  /** A user, a role with its session, or a service of AWS. */
  readonly by: string | null;
  /** An address, or the service that called for somebody. */
  readonly from: string | null;
  /** Why it was refused. */
  readonly code: string | null;
}

export interface Trail {
  /** Oldest first. */
  readonly events: readonly TrailEvent[];
  /** There may be more: why they were not read. */
  readonly unread?: string;
}

const text = z.optional(z.nullable(z.string()));
const record = z.object({
  eventSource: text,
  requestID: text,
  sourceIPAddress: text,
  errorCode: text,
  userIdentity: z.nullish(z.object({ arn: text, userName: text, invokedBy: text })),
  requestParameters: z.nullish(
    z.object({ secretId: text, clientRequestToken: text, moveToVersionId: text, versionStage: text }),
  ),
  // Before February 2024 it was spelled otherwise.
  responseElements: z.nullish(z.object({ arn: text, aRN: text, versionId: text })),
  additionalEventData: z.nullish(z.object({ SecretId: text })),
});
type Record = z.infer<typeof record>;

/** Undefined where there is no CloudTrail: in the sandbox. What may not be read is told, and is no reason to fail. */
export async function trailOf(
  account: Account,
  secret: Pick<SecretFacts, 'arn' | 'name'>,
  days = TRAIL_DAYS,
  everyMs = account.isShared ? EVERY_MS : 0,
  asks: (line: string) => void = () => {},
): Promise<Trail | undefined> {
  const found = new Map<string, TrailEvent>();
  const look: Look = {
    account,
    secret,
    since: new Date(Date.now() - Math.min(days, TRAIL_DAYS) * DAY),
    until: Date.now() + LONGEST_MS,
    everyMs,
    asks,
  };
  let unread: string | undefined;
  try {
    const byName = NAMES.map((AttributeValue) => ({ AttributeKey: 'EventName' as const, AttributeValue }));
    if (!(await gathered(byName, look, found))) {
      unread =
        'CloudTrail has more events, of all secrets, than were read: older ones may be missing\nhint: --since 7d asks for fewer';
      // Of a secret that is seldom read this finds what was missed, where the service names it so.
      const ofIt = [secret.arn, secret.name].map((AttributeValue) => ({
        AttributeKey: 'ResourceName' as const,
        AttributeValue,
      }));
      await gathered(ofIt, look, found);
    }
  } catch (error) {
    if (!(error instanceof RotationError) || account.patience.signal.aborted) throw error;
    if (causeOf(error) === 'UnknownOperationException') return undefined;
    unread = `${legible(`CloudTrail was not read: ${error.fact}`)}\n${legible(`hint: ${error.hint}`)}`;
  }
  const events = [...found.values()].sort((a, b) => (a.at < b.at ? -1 : 1));
  return { events, ...(unread !== undefined && { unread }) };
}

interface Look {
  readonly account: Account;
  readonly secret: Pick<SecretFacts, 'arn' | 'name'>;
  readonly since: Date;
  readonly until: number;
  readonly everyMs: number;
  readonly asks: (line: string) => void;
}

/** False: there are more. One request after the other, for all that ask in an account share the two a second. */
async function gathered(
  attributes: readonly LookupAttribute[],
  { account, secret, since, until, everyMs, asks }: Look,
  found: Map<string, TrailEvent>,
): Promise<boolean> {
  const { signal } = account.patience;
  let isWhole = true;
  for (const attribute of attributes) {
    const asked = { LookupAttributes: [attribute], StartTime: since, MaxResults: 50 };
    let NextToken: string | undefined;
    let left = PAGES;
    do {
      asks(`CloudTrail: ${attribute.AttributeValue}`);
      const command = new LookupEventsCommand({ ...asked, ...(NextToken && { NextToken }) });
      const [{ Events = [], NextToken: next }] = await Promise.all([
        call('cloudtrail:LookupEvents', secret.name, account.patience, (abort) => account.trail.send(command, abort)),
        wait(everyMs, undefined, { signal }),
      ]);
      for (const event of Events) {
        const kept = keptOf(event, secret);
        if (kept !== undefined) found.set(event.EventId ?? '', kept);
      }
      NextToken = next;
      left -= 1;
    } while (NextToken && left > 0 && Date.now() < until);
    if (NextToken) isWhole = false;
    if (Date.now() >= until) return false;
  }
  return isWhole;
}

/** Nothing of what is about another secret. */
function keptOf(event: Event, secret: Look['secret']): TrailEvent | undefined {
  const said = recordOf(event.CloudTrailEvent);
  const { EventName = '', EventTime, Username } = event;
  if (said === undefined || !NAMES.includes(EventName) || !isOf(secret, said)) return undefined;
  const { userIdentity: user, requestParameters: asked, responseElements: answered } = said;
  return {
    at: EventTime?.toISOString() ?? '',
    event: EventName,
    version: idOf(asked?.moveToVersionId ?? asked?.clientRequestToken ?? answered?.versionId) ?? tokenOf(said),
    label: asked?.versionStage ?? null,
    by: user?.userName ?? nameIn(user?.arn) ?? user?.invokedBy ?? Username ?? null,
    from: said.sourceIPAddress ?? null,
    code: said.errorCode ?? null,
  };
}

function recordOf(json = ''): Record | undefined {
  try {
    return z.safeParse(record, JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}

/** An ARN decides: another secret may have had the name before. A caller may give the name, or an ARN without its end. */
function isOf({ arn, name }: Look['secret'], said: Record): boolean {
  if (said.eventSource !== 'secretsmanager.amazonaws.com') return false;
  const { responseElements: answered, additionalEventData: more, requestParameters: asked } = said;
  const told = more?.SecretId ?? answered?.arn ?? answered?.aRN;
  if (told) return told === arn;
  return [arn, arn.replace(/-[^-]{6}$/, ''), name].includes(asked?.secretId ?? '');
}

/** Of a refused call it is whatever the caller has sent. */
function idOf(version: string | null | undefined): string | null {
  return version != null && /^[A-Za-z0-9-]{32,64}$/.test(version) ? version : null;
}

/** The request id of a service event is `Rotation-<ARN>-<token>`: https://aws.amazon.com/blogs/database/multi-user-secrets-rotation-for-amazon-rds/ */
function tokenOf({ requestID }: Record): string | null {
  return /^Rotation-arn:.*-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i.exec(requestID ?? '')?.[1] ?? null;
}

/** `arn:aws:sts::123456789012:assumed-role/Admin/alice` is Admin/alice. */
function nameIn(arn: string | null | undefined): string | undefined {
  return arn
    ?.split(':')
    .slice(5)
    .join(':')
    .replace(/^[a-z-]+\//, '');
}
