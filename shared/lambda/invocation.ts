/** Everything that one invocation knows, from its first line to its last. */
import type { ErrorCode } from '../rotation/errors.ts';
import type { Redactor } from '../rotation/redact.ts';
import { redactor } from '../rotation/redact.ts';
import type { Rotation, WorkingCredential } from '../rotation/rotation.ts';
import type { RotationStrategy } from '../rotation/strategy.ts';
import { CURRENT } from '../rotation/versions.ts';
import { notificationTopic } from './config.ts';
import type { RotationEvent } from './event.ts';
import type { Logger } from './log.ts';
import { logger } from './log.ts';
import type { Facts } from './notification.ts';
import { notification } from './notification.ts';

export interface Invocation {
  readonly redact: Redactor;
  readonly log: Logger;
  /** Set as soon as it is parsed. */
  event?: RotationEvent;
  readonly progress: Rotation<object>['progress'];
  readonly startedAt: number;
  /** What the steps tell people of. */
  readonly report: Rotation<object>['report'];
  /** Publishes to the topic, if there is one. Never throws: a failed publish is logged, and that is all. */
  notify(facts: Pick<Facts, 'outcome' | 'error' | 'recoveredWith' | 'because'>): Promise<void>;
}

export function startInvocation<S extends object>(strategy: RotationStrategy<S>): Invocation {
  const redact = redactor();
  const progress: Invocation['progress'] = { working: CURRENT };
  const invocation: Invocation = {
    redact,
    progress,
    startedAt: performance.now(),
    log: logger(redact, () => ({
      secretId: invocation.event?.secretId,
      token: invocation.event?.token,
      step: invocation.event?.step,
      strategy: strategy.name,
      system: strategy.system,
    })),
    report: (news) => invocation.notify(news),
    async notify(news) {
      const topicArn = notificationTopic();
      const { event } = invocation;
      if (topicArn === undefined || event === undefined) return;
      const message = notification({
        ...news,
        time: new Date(),
        next: event.store.next,
        secretId: event.secretId,
        secretName: progress.secret?.name,
        secretArn: progress.secret?.arn,
        engine: strategy.system,
        strategy: strategy.name,
        step: event.step,
        token: event.token,
        working: workingAfter(news.error?.code, strategy.outage, progress.working),
      });
      try {
        const { publish } = await import('../aws/sns.ts');
        await publish({ topicArn, ...message });
      } catch (error) {
        const { message: text, code } = redact.error(error);
        invocation.log.error('the notification was not published', { outcome: news.outcome, error: text, code });
      }
    },
  };
  return invocation;
}

/** What a login that did not come about tells of the credentials, unless the steps know better: with a brief outage, they say so only when they saw it. */
function workingAfter(
  code: ErrorCode | undefined,
  outage: 'none' | 'brief',
  seen: WorkingCredential,
): WorkingCredential {
  if (code === 'LOCKED_OUT') return 'none';
  const isKnown = outage === 'brief' && seen !== 'AWSCURRENT or AWSPENDING';
  const saysNothing = code === 'AUTHENTICATION_REFUSED' || code === 'LOGIN_UNSUPPORTED';
  return saysNothing && !isKnown ? 'unknown' : seen;
}
