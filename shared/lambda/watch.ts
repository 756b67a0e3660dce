/**
 * A look over the account once a day: secrets that should have been rotated and were not, and rotations that have not ended. Failures
 * that reach a function are told by that function; these reach none.
 */
import * as z from 'zod/mini';
import type { ListedSecret } from '../aws/secret-list.ts';
import { listedSecrets, madeAt } from '../aws/secret-list.ts';
import { ConfigurationError } from '../rotation/errors.ts';
import { redactor } from '../rotation/redact.ts';
import { unfinished } from '../rotation/window.ts';
import { againForSecret, nextForSecret } from '../stores/secrets-manager/next-command.ts';
import { notificationFormat, notificationTopic, runbook } from './config.ts';
import type { Incident } from './incidents.ts';
import { isNews, isWatched, overdue, stuck } from './incidents.ts';
import type { Logger } from './log.ts';
import { logger } from './log.ts';
import { metrics } from './metrics.ts';
import { notification } from './notification.ts';
import { parsed } from './parsed.ts';
import { signalOf } from './running.ts';
import type { RotationHandler } from './stack.ts';

/** What a rule of EventBridge with a schedule sends. Its time is that of the schedule: two deliveries of it tell the same. */
const shape = z.object({ id: z.string().check(z.minLength(1)), time: z.iso.datetime() });

const KIND = { system: 'secret', strategy: 'none', step: 'watch' } as const;

interface Found extends Incident {
  readonly secret: ListedSecret;
  readonly token: string;
}

/** Looks at the secrets of the functions whose names begin as its own does: `rekey-prod-watch` watches `rekey-prod-…`. */
export function watchHandler(): RotationHandler {
  return async (input, context) => {
    const redact = redactor();
    const log = logger(redact, () => KIND);
    try {
      const { id, time } = parsed(
        shape,
        input,
        'a rule of EventBridge with a schedule calls it; see docs/notifications.md',
      );
      await look({ id, now: Date.parse(time), prefix: stackOf(context?.functionName), log, signal: signalOf(context) });
    } catch (error) {
      const told = redact.error(error, '');
      log.error(told.message, { code: told.code, type: told.name, ...metrics({ outcome: 'failed' }) });
      throw told;
    }
  };
}

/** With another name, it would look at nothing and find nothing. */
function stackOf(name = ''): string {
  if (name.endsWith('watch')) return name.slice(0, -'watch'.length);
  throw new ConfigurationError(`the function is called ${name}, which does not end in watch`, {
    hint: 'its name says which functions it watches: rekey-prod-watch looks at the secrets of rekey-prod-…',
  });
}

interface Look {
  readonly id: string;
  readonly now: number;
  readonly prefix: string;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

async function look({ id, now, prefix, log, signal }: Look): Promise<void> {
  const counts = { secrets: 0, overdue: 0, stuck: 0, told: 0 };
  for await (const secret of listedSecrets(signal)) {
    if (!isWatched(secret, prefix)) continue;
    counts.secrets += 1;
    const found = await incidentOf(secret, id, now, signal);
    if (found === undefined) continue;
    counts[found.outcome] += 1;
    // Each day anew, so that its alarm rings for as long as it is so.
    log.info('this is the outcome', {
      secretId: found.secret.arn,
      token: found.token,
      ...metrics({ outcome: found.outcome }),
    });
    if (isNews(found, now) && (await tell(found, now))) counts.told += 1;
  }
  log.info('looked over the secrets', { ...counts, ...metrics({ outcome: 'looked' }) });
}

/** An unfinished rotation is why the secret is overdue, so that is what is told. */
async function incidentOf(
  secret: ListedSecret,
  id: string,
  now: number,
  signal: AbortSignal,
): Promise<Found | undefined> {
  const pending = unfinished(secret.labels);
  const began = pending === undefined ? undefined : await madeAt(secret.arn, pending, signal);
  const incident =
    pending !== undefined && began !== undefined ? stuck(secret, pending, began, now) : overdue(secret, now);
  return incident && { ...incident, secret, token: pending ?? id };
}

/** Gives whether there is a topic to tell. */
async function tell({ outcome, since, because, secret, token }: Found, now: number): Promise<boolean> {
  const topicArn = notificationTopic();
  if (topicArn === undefined) return false;
  const { arn, name, labels } = secret;
  const facts = {
    outcome,
    since,
    because,
    time: new Date(now),
    store: { kind: 'secret', next: nextForSecret, again: againForSecret },
    secretId: arn,
    secretName: name,
    secretArn: arn,
    labels,
    runbook: runbook(),
    engine: KIND.system,
    strategy: KIND.strategy,
    step: KIND.step,
    token,
    // Nobody has tried it.
    working: 'unknown',
  } as const;
  const { publish } = await import('../aws/sns.ts');
  await publish({ topicArn, ...notification(facts, notificationFormat()) });
  return true;
}
