/**
 * A look over the account once a day: secrets that should have been rotated and were not, and rotations that have not ended. Failures
 * that reach a function are told by that function; these reach none.
 */
import {
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  type SecretListEntry,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { z } from 'zod/mini';
import { clientOf } from '../aws/clients.ts';
import { serviceError } from '../aws/service-error.ts';
import { ConfigurationError } from '../rotation/errors.ts';
import { redactor } from '../rotation/redact.ts';
import { againForSecret, nextForSecret } from '../stores/secrets-manager/next-command.ts';
import { notificationFormat, notificationTopic, runbook } from './config.ts';
import type { Incident } from './incidents.ts';
import { isNews, overdue, pendingOf, stuck } from './incidents.ts';
import type { Logger } from './log.ts';
import { logger } from './log.ts';
import { notification } from './notification.ts';
import { parsed } from './parsed.ts';
import { signalOf } from './running.ts';
import type { RotationHandler } from './stack.ts';

/** What a rule of EventBridge with a schedule sends. Its time is that of the schedule: two deliveries of it tell the same. */
const shape = z.object({ id: z.string().check(z.minLength(1)), time: z.string().check(z.minLength(1)) });

interface Found extends Incident {
  readonly entry: SecretListEntry;
  readonly token: string;
}

/** Looks at the secrets of the functions whose names begin as its own does: `rekey-prod-watch` watches `rekey-prod-…`. */
export function watchHandler(): RotationHandler {
  return async (input, context) => {
    const redact = redactor();
    const log = logger(redact, () => ({}));
    try {
      const { id, time } = parsed(
        shape,
        input,
        'a rule of EventBridge with a schedule calls it; see docs/notifications.md',
      );
      await look({ id, now: Date.parse(time), prefix: stackOf(context?.functionName), log, signal: signalOf(context) });
    } catch (error) {
      const told = redact.error(error, '');
      log.error(told.message, { code: told.code, type: told.name });
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
  for await (const entry of rotatedBy(prefix, signal)) {
    counts.secrets += 1;
    const found = await incidentOf(entry, id, now, signal);
    if (found === undefined) continue;
    counts[found.outcome] += 1;
    if (isNews(found, now) && (await tell(found, now))) counts.told += 1;
  }
  log.info('looked over the secrets', counts);
}

async function* rotatedBy(prefix: string, signal: AbortSignal): AsyncIterable<SecretListEntry> {
  let NextToken: string | undefined;
  do {
    const page = await calling('ListSecrets', () =>
      clientOf(SecretsManagerClient).send(new ListSecretsCommand({ MaxResults: 100, NextToken }), {
        abortSignal: signal,
      }),
    );
    NextToken = page.NextToken;
    for (const entry of page.SecretList ?? []) {
      const name = entry.RotationLambdaARN?.split(':')[6];
      if (entry.RotationEnabled && name?.startsWith(prefix)) yield entry;
    }
  } while (NextToken !== undefined);
}

/** An unfinished rotation is why the secret is overdue, so that is what is told. */
async function incidentOf(
  entry: SecretListEntry,
  id: string,
  now: number,
  signal: AbortSignal,
): Promise<Found | undefined> {
  const pending = pendingOf(entry);
  const began = pending === undefined ? undefined : await madeAt(entry, pending, signal);
  const incident =
    pending !== undefined && began !== undefined ? stuck(entry, pending, began, now) : overdue(entry, now);
  return incident && { ...incident, entry, token: pending ?? id };
}

async function madeAt({ ARN }: SecretListEntry, version: string, signal: AbortSignal): Promise<Date | undefined> {
  const { Versions = [] } = await calling(`ListSecretVersionIds of ${ARN}`, () =>
    clientOf(SecretsManagerClient).send(new ListSecretVersionIdsCommand({ SecretId: ARN }), { abortSignal: signal }),
  );
  return Versions.find(({ VersionId }) => VersionId === version)?.CreatedDate;
}

async function calling<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw serviceError(error, what);
  }
}

/** Gives whether there is a topic to tell. */
async function tell({ outcome, since, because, entry, token }: Found, now: number): Promise<boolean> {
  const topicArn = notificationTopic();
  if (topicArn === undefined) return false;
  const { ARN = '', Name = ARN, SecretVersionsToStages: labels } = entry;
  const facts = {
    outcome,
    since,
    because,
    time: new Date(now),
    store: { kind: 'secret', next: nextForSecret, again: againForSecret },
    secretId: ARN,
    secretName: Name,
    secretArn: ARN,
    labels,
    runbook: runbook(),
    engine: 'secret',
    strategy: 'none',
    step: 'watch',
    token,
    // Nobody has tried it.
    working: 'unknown',
  } as const;
  const { publish } = await import('../aws/sns.ts');
  await publish({ topicArn, ...notification(facts, notificationFormat()) });
  return true;
}
