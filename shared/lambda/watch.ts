/**
 * A look over the account once a day: secrets that should have been rotated and were not, and rotations that have not ended. Failures
 * that reach a function are told by that function; these reach none.
 */
import * as z from 'zod/mini';
import type { ListedSecret } from '../aws/secret-list.ts';
import { listedSecrets, madeAt } from '../aws/secret-list.ts';
import { carries, PREVIOUS } from '../rotation/versions.ts';
import { unfinished } from '../rotation/window.ts';
import type { Incident } from './incidents.ts';
import { isNews, isWatched, overdue, stuck, stuckRollback } from './incidents.ts';
import { metrics } from './metrics.ts';
import { parsed } from './parsed.ts';
import type { Watch } from './secret-news.ts';
import { tellOf, watching } from './secret-news.ts';
import type { RotationHandler } from './stack.ts';

/** What a rule of EventBridge with a schedule sends. Its time is that of the schedule: two deliveries of it tell the same. */
const shape = z.object({ id: z.string().check(z.minLength(1)), time: z.iso.datetime() });

interface Found extends Incident {
  readonly secret: ListedSecret;
  readonly token: string;
}

/** Looks at the secrets of the functions of its stack: `rekey-prod-watch` watches `rekey-prod-…`. */
export function watchHandler(): RotationHandler {
  return watching('watch', 'watch', async (input, watch) => {
    const hint = 'a rule of EventBridge with a schedule calls it; see docs/notifications.md';
    const { id, time } = parsed(shape, input, hint);
    await look(id, Date.parse(time), watch);
  });
}

async function look(id: string, now: number, watch: Watch): Promise<void> {
  const { log, signal } = watch;
  const counts = { secrets: 0, overdue: 0, stuck: 0, told: 0 };
  for await (const secret of listedSecrets(signal)) {
    if (!isWatched(secret, watch)) continue;
    counts.secrets += 1;
    const found = await incidentOf(secret, id, now, signal);
    if (found === undefined) continue;
    const { outcome, since, because, token } = found;
    counts[outcome] += 1;
    // Each day anew, so that its alarm rings for as long as it is so.
    log.info('this is the outcome', { secretId: secret.arn, token, ...metrics({ outcome }) });
    const news = { outcome, since, because, token, step: 'watch', time: new Date(now) };
    if (isNews(found, now) && (await tellOf(secret, news))) counts.told += 1;
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
  const incident = pending === undefined ? overdue(secret, now) : await unended(secret, pending, now, signal);
  return incident && { ...incident, secret, token: pending ?? id };
}

async function unended(
  secret: ListedSecret,
  pending: string,
  now: number,
  signal: AbortSignal,
): Promise<Incident | undefined> {
  // Its version is an old one, whose date tells nothing.
  if (carries(secret.labels, pending, PREVIOUS)) return stuckRollback(secret, pending, now) ?? overdue(secret, now);
  const began = await madeAt(secret.arn, pending, signal);
  return began === undefined ? overdue(secret, now) : stuck(secret, pending, began, now);
}
