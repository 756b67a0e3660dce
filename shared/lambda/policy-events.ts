/**
 * What parameter policies do, told to people: "expires in 15 days, and nothing rotates it". EventBridge delivers the events:
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-cwe.html
 */
import * as z from 'zod/mini';
import { redactor } from '../rotation/redact.ts';
import { commandsForParameter } from '../stores/parameter-store/next-command.ts';
import { notificationTopic, runbook } from './config.ts';
import type { Logger } from './log.ts';
import { logger } from './log.ts';
import { metrics } from './metrics.ts';
import type { News } from './notification.ts';
import { parsed } from './parsed.ts';
import type { PolicyNotice } from './policy-notice.ts';
import { isSeenTo, noticeOf } from './policy-notice.ts';
import { publishNews } from './publish.ts';
import { signalOf } from './running.ts';
import type { RotationHandler } from './stack.ts';

const shape = z.object({
  id: z.string(),
  source: z.literal('aws.ssm'),
  'detail-type': z.literal('Parameter Store Policy Action'),
  resources: z.optional(z.array(z.string())),
  detail: z.object({
    'parameter-name': z.string().check(z.minLength(1)),
    'policy-type': z.enum(['Expiration', 'ExpirationNotification', 'NoChangeNotification']),
    'policy-content': z.optional(z.string()),
  }),
});
type PolicyEvent = z.infer<typeof shape>;

/** Publishes, or knows why nobody needs to know. Rejects when it can do neither, so that EventBridge delivers again. */
export function policyEventHandler(): RotationHandler {
  return async (input, context) => {
    const redact = redactor();
    let name: string | undefined;
    let step: string | undefined;
    const log = logger(redact, () => ({ secretId: name, system: 'parameter', strategy: 'none', step }));
    try {
      const event = parsed(
        shape,
        input,
        'a rule of EventBridge sends Parameter Store Policy Action events; see docs/parameter-store.md',
      );
      name = event.detail['parameter-name'];
      step = event.detail['policy-type'];
      await tell(event, log, signalOf(context));
    } catch (error) {
      const told = redact.error(error, name === undefined ? '' : `parameter ${name}: `);
      log.error(told.message, { code: told.code, type: told.name, ...metrics({ outcome: 'failed' }) });
      throw told;
    }
  };
}

async function tell(event: PolicyEvent, log: Logger, signal: AbortSignal): Promise<void> {
  if (notificationTopic() === undefined) return log.info('there is no topic to tell it');
  const { 'parameter-name': name, 'policy-type': type } = event.detail;
  const news = type === 'Expiration' ? ({ outcome: 'expired' } as const) : await unrotated(type, event, signal);
  if (news === undefined) return log.info('it is rotated, so nobody needs to know', { policy: type });
  await publishNews({
    ...news,
    time: new Date(),
    store: { kind: 'parameter', ...commandsForParameter() },
    secretId: name,
    secretName: name,
    secretArn: event.resources?.[0],
    runbook: runbook(),
    engine: 'parameter',
    strategy: 'none',
    step: type,
    token: event.id,
    // Rekey has not tried it.
    working: 'unknown',
  });
  log.info('this is the outcome', metrics({ outcome: news.outcome }));
}

/** Undefined: a rotation will see to it. */
async function unrotated(
  type: PolicyNotice['type'],
  { detail }: PolicyEvent,
  signal: AbortSignal,
): Promise<News | undefined> {
  const { lastRotationOf } = await import('../stores/parameter-store/last-rotation.ts');
  const notice = noticeOf(type, detail['policy-content']);
  const last = await lastRotationOf(detail['parameter-name'], signal);
  if (isSeenTo(notice, last, Date.now())) return undefined;
  const since =
    last === undefined ? 'nothing rotates it' : `the last rotation was on ${last.at.toISOString().slice(0, 10)}`;
  return { outcome: 'unrotated', because: `${notice.text}, and ${since}` };
}
