/** Everything that one invocation knows, from its first line to its last. */

import { requestsSent } from '../aws/clients.ts';
import type { RotationError } from '../rotation/errors.ts';
import type { Redactor } from '../rotation/redact.ts';
import { redactor } from '../rotation/redact.ts';
import type { Rotation, WorkingCredential } from '../rotation/rotation.ts';
import type { RotationStrategy } from '../rotation/strategy.ts';
import { CURRENT, PREVIOUS } from '../rotation/versions.ts';
import { notifiesChecks, runbook } from './config.ts';
import type { RotationEvent } from './event.ts';
import type { Logger } from './log.ts';
import { logger } from './log.ts';
import { metrics } from './metrics.ts';
import type { Facts, News } from './notification.ts';
import { severityOf } from './notification.ts';
import { publishNews } from './publish.ts';
import { failureMemory } from './told-failures.ts';

export interface Invocation {
  readonly redact: Redactor;
  readonly log: Logger;
  /** Set as soon as it is parsed. */
  event?: RotationEvent;
  /** What the person asked for who reads the answer. None does where a schedule goes on with what was asked for before. */
  asked?: RotationEvent['asked'];
  readonly progress: Rotation<object>['progress'];
  /** What the steps tell people of. */
  readonly report: Rotation<object>['report'];
  /** The step of `event` is done: if it fails again, that is another failure. */
  passed(): void;
  /** All that was asked for is done. */
  done(): void;
  /** For the metrics. */
  loginTried(): void;
  /** Logs why the step failed, and tells people unless they know. Takes an error that holds no value. Gives what works. Never throws. */
  fail(error: RotationError): Promise<WorkingCredential>;
}

const failures = failureMemory();

/** Of a failure also how often it came, and since when; of a success whether it ends what people were told of. */
type Seen = News & Pick<Facts, 'attempt' | 'since' | 'recovered'>;

export function startInvocation<S extends object>(strategy: RotationStrategy<S>): Invocation {
  const redact = redactor();
  const progress: Invocation['progress'] = { working: CURRENT };
  const began = { at: performance.now(), requests: requestsSent() };
  let logins = 0;
  let outageMs: number | undefined;
  const log = logger(redact, () => ({
    secretId: invocation.event?.secretId,
    token: invocation.event?.token,
    step: invocation.event?.step,
    strategy: strategy.name,
    system: strategy.system,
  }));

  const durationMs = () => Math.round(performance.now() - began.at);
  const measures = () => ({
    DurationMs: durationMs(),
    ServiceCalls: requestsSent() - began.requests,
    Logins: logins,
    OutageMs: outageMs,
  });

  /** Publishes to the topic, if there is one. Gives whether there is. */
  function publish(event: RotationEvent, news: Seen, working: WorkingCredential): Promise<boolean> {
    return publishNews({
      ...news,
      time: new Date(),
      store: event.store,
      secretId: event.secretId,
      secretName: progress.secret?.name,
      secretArn: progress.secret?.arn,
      labels: progress.secret?.labels,
      runbook: runbook(),
      engine: strategy.system,
      strategy: strategy.name,
      step: event.step,
      token: event.token,
      working,
    });
  }

  /** A failed publish is logged, and that is all. */
  async function tell(...[event, news, working]: Parameters<typeof publish>): Promise<'told' | 'not told'> {
    try {
      return (await publish(event, news, working)) ? 'told' : 'not told';
    } catch (error) {
      const { message: text, code } = redact.error(error);
      log.error('the notification was not published', { outcome: news.outcome, error: text, code });
      return 'not told';
    }
  }

  const invocation: Invocation = {
    redact,
    progress,
    log,
    loginTried: () => {
      logins += 1;
    },
    async report(news) {
      const { event } = invocation;
      if (event === undefined) return;
      log.info('this is the outcome', metrics({ outcome: news.outcome }));
      // What a person asked for ends no incident of the schedule.
      const ends = news.outcome === 'succeeded' && news.action === undefined;
      const recovered = ends && (failures.isOver(event.secretId) || progress.secret?.overdueSince !== undefined);
      if (news.outcome !== 'checked') await tell(event, { ...news, recovered }, progress.working);
      else if (notifiesChecks()) await publish(event, news, progress.working);
    },
    passed() {
      const refused = invocation.event && failures.passed(invocation.event);
      const since = refused ?? progress.refusedSince;
      if (since !== undefined && progress.working === CURRENT) outageMs ??= Date.now() - since.getTime();
    },
    done() {
      invocation.passed();
      log.info('step done', { durationMs: durationMs(), ...metrics(measures()) });
    },
    async fail(error) {
      const { event } = invocation;
      const { code, fact, hint } = error;
      const working = workingAfter(error, strategy.outage, progress.working);
      const seen = event && failures.see({ ...aboutOf(event), code, working, refusedSince: progress.refusedSince });
      const { attempt, since } = seen ?? {};
      const severity = severityOf({ outcome: 'failed', working });
      const told = { code, type: error.name, fact, hint, working, severity, attempt, since, durationMs: durationMs() };
      log.error(error.message, { ...told, ...metrics({ outcome: 'failed', ...measures() }) });
      if (event === undefined || seen === undefined) return working;
      if (!seen.isNews) log.info('people were told of this failure before, and are not told again', { attempt });
      else if ((await tell(event, { outcome: 'failed', error, attempt, since }, working)) === 'told') seen.told();
      return working;
    },
  };
  return invocation;
}

function aboutOf({ secretId, token, step }: RotationEvent) {
  return { secretId, token, step };
}

/** What a login that did not come about tells of the credentials, unless the steps know better: with a brief outage, they say so only when they saw it. */
function workingAfter(
  { code, retryable, about }: RotationError,
  outage: 'none' | 'brief',
  seen: WorkingCredential,
): WorkingCredential {
  if (code === 'LOCKED_OUT') return 'none';
  // Nobody reads a value then, whatever the system takes.
  if (code === 'CURRENT_MISSING' && !retryable) return 'unknown';
  if (code === 'SECRET_NOT_FOUND' && about === undefined) return 'unknown';
  const isKnown = seen === PREVIOUS || (outage === 'brief' && seen !== 'AWSCURRENT or AWSPENDING');
  const saysNothing = code === 'AUTHENTICATION_REFUSED' || code === 'LOGIN_UNSUPPORTED';
  return saysNothing && !isKnown ? 'unknown' : seen;
}
