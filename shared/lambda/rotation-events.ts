/**
 * What Secrets Manager says of rotations that went wrong, told to people where no function could tell: it was not reached, or it died.
 * EventBridge has these events from CloudTrail, so they need a trail: https://docs.aws.amazon.com/secretsmanager/latest/userguide/cloudtrail_log_entries.html
 */
import * as z from 'zod/mini';
import type { LoggedLine } from '../aws/function-log.ts';
import { type ListedSecret, listedSecrets } from '../aws/secret-list.ts';
import { type RotationError, StagingError, UnreachableError } from '../rotation/errors.ts';
import { DAY } from '../rotation/pause.ts';
import { unfinished } from '../rotation/window.ts';
import { isWatched } from './incidents.ts';
import { metrics } from './metrics.ts';
import { parsed } from './parsed.ts';
import type { Watch } from './secret-news.ts';
import { tellOf, watching } from './secret-news.ts';
import type { RotationHandler } from './stack.ts';

const text = z.string().check(z.minLength(1));
const shape = z.object({
  id: text,
  time: z.iso.datetime(),
  source: z.literal('aws.secretsmanager'),
  'detail-type': z.literal('AWS Service Event via CloudTrail'),
  detail: z.object({
    eventName: z.enum(['RotationFailed', 'RotationAbandoned', 'TestRotationFailed']),
    errorMessage: z.optional(z.string()),
    additionalEventData: z.object({ SecretId: text }),
  }),
});
/** A function runs for a minute at most before the event, which is about its last step. */
const LATELY = 5 * 60_000;

type ServiceEvent = z.infer<typeof shape>;

/** Tells of the secrets of the functions of its stack: `rekey-prod-rotation-events` of those of `rekey-prod-…`. */
export function rotationEventHandler(): RotationHandler {
  return watching('rotation-events', 'rotation-events', async (input, watch) => {
    const hint = 'a rule of EventBridge sends rotation events of Secrets Manager; see docs/notifications.md';
    await judge(parsed(shape, input, hint), watch);
  });
}

async function judge(event: ServiceEvent, watch: Watch): Promise<void> {
  const { log, signal } = watch;
  const secret = await listed(event.detail.additionalEventData.SecretId, signal);
  if (secret === undefined || !isWatched(secret, watch)) return log.info('this is no secret of these functions');
  if (secret.isElsewhere) return log.info('the function, and what it has logged, is in another account');
  const rotation = unfinished(secret.labels);
  // An event of a rotation that left no version is an incident of its own; its deliveries are one.
  const token = rotation ?? event.id;
  const about = { secretId: secret.arn, token };
  // The daily look, which is in the same bundle, needs no such client.
  const { loggedBy } = await import('../aws/function-log.ts');
  const said = async (by: string, within: number, isOfIt: (line: LoggedLine) => boolean) =>
    (await loggedBy(by, secret.arn, Date.parse(event.time) - within, signal)).filter(isOfIt);
  const ofToken = (line: LoggedLine) => line.token === token;
  if ((await said(watch.functionName, DAY, ofToken)).some(({ outcome }) => outcome === 'failed')) {
    return log.info('people were told of this before, and are not told again', about);
  }
  // Its version is gone, so its token is not known: what else was logged of the secret that day is of other rotations.
  const isOfIt = ({ step }: LoggedLine) => event.detail.eventName !== 'TestRotationFailed' || step === 'testSecret';
  const lines = await (rotation === undefined
    ? said(secret.functionName ?? '', LATELY, isOfIt)
    : said(secret.functionName ?? '', DAY, ofToken));
  if (lines.some(({ level, code }) => level === 'ERROR' && code !== undefined)) {
    return log.info('the function has told of it', about);
  }
  await tell(event, secret, lines, token);
  log.info('this is the outcome', { ...about, ...metrics({ outcome: 'failed' }) });
}

async function tell(event: ServiceEvent, secret: ListedSecret, lines: readonly LoggedLine[], token: string) {
  const { eventName, errorMessage } = event.detail;
  const error = whatHappened(eventName, secret.functionName ?? '', lines);
  const step = /during (\w+) step/.exec(errorMessage ?? '')?.[1] ?? eventName;
  const because = errorMessage && `Secrets Manager says: ${errorMessage}`;
  await tellOf(secret, { outcome: 'failed', error, because, step, token, time: new Date(event.time) });
}

function whatHappened(eventName: string, functionName: string, lines: readonly LoggedLine[]): RotationError {
  if (eventName === 'RotationAbandoned') {
    return new StagingError('a value was stored while a rotation ran, and the service gave the rotation up', {
      code: 'ROTATION_ABANDONED',
      hint: 'try AWSCURRENT: where one user keeps its name, the password may have been changed; rotate again finds the value that works',
    });
  }
  if (lines.length > 0) {
    return new UnreachableError(`the process of ${functionName} ended before it could say why`, {
      code: 'FUNCTION_DIED',
      retryable: false,
      hint: `see the end of /aws/lambda/${functionName} for a time limit or a memory that was too small; then rotate again`,
    });
  }
  return new UnreachableError(`Secrets Manager did not reach ${functionName}`, {
    code: 'FUNCTION_NOT_REACHED',
    retryable: false,
    hint: 'see that the function is there and active, that its policy lets secretsmanager.amazonaws.com of this account invoke it, and that it has concurrency left (rekey doctor tells); then rotate again',
  });
}

/** By its ARN: the events have it. A list takes how a name begins, and an ARN ends in a hyphen and six characters of its own. */
async function listed(secretId: string, signal: AbortSignal): Promise<ListedSecret | undefined> {
  const name = secretId.startsWith('arn:')
    ? secretId
        .split(':')
        .slice(6)
        .join(':')
        .replace(/-[^-]{6}$/, '')
    : secretId;
  for await (const secret of listedSecrets(signal, name)) {
    if (secret.arn === secretId || secret.name === secretId) return secret;
  }
  return undefined;
}
