/** What people are told about a rotation. The shape is docs/notification.schema.json; versions only ever add fields. */

import type { RotationError } from '../rotation/errors.ts';
import type { RotationOutcome, WorkingCredential } from '../rotation/rotation.ts';
import type { NextCommand, Situation } from '../stores/next-command.ts';

export interface Facts extends Situation {
  readonly outcome: RotationOutcome['outcome'] | 'failed' | 'unrotated' | 'expired';
  readonly time: Date;
  /** Of the store that keeps the versions. */
  readonly next: NextCommand;
  /** Known once the secret was described. */
  readonly secretName?: string | undefined;
  readonly engine: string;
  readonly strategy: string;
  readonly step: string;
  readonly working: WorkingCredential;
  /** Which stored version saved the day. */
  readonly recoveredWith?: string | undefined;
  /** Who or what still uses the credential that was to be revoked; or what a policy says of a parameter that nothing rotates. */
  readonly because?: string | undefined;
}

export interface Notification {
  /** What it is about, for topics that keep an order. */
  readonly group: string;
  readonly subject: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export function notification(facts: Facts): Notification {
  const secret = facts.secretName ?? facts.secretId;
  const body = {
    version: 1,
    outcome: facts.outcome,
    time: facts.time.toISOString(),
    secret: { name: secret, arn: facts.secretArn ?? facts.secretId },
    engine: facts.engine,
    strategy: facts.strategy,
    step: facts.step,
    token: facts.token,
    working: facts.working,
    ...(facts.recoveredWith === undefined ? {} : { recoveredWith: facts.recoveredWith }),
    ...(facts.because === undefined ? {} : { because: facts.because }),
    ...(facts.error === undefined ? {} : { error: told(facts.error) }),
    next: facts.next(facts),
  };
  return {
    group: secret,
    subject: subjectOf(facts, secret),
    body: JSON.stringify(body, undefined, 2),
    attributes: {
      outcome: facts.outcome,
      engine: facts.engine,
      strategy: facts.strategy,
      step: facts.step,
      ...(facts.error === undefined ? {} : { code: facts.error.code }),
    },
  };
}

function told({ name, code, fact, hint, retryable }: RotationError) {
  return { type: name, code, fact, hint, retryable };
}

/** Printable ASCII, at most 100 characters: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
function subjectOf({ outcome, step, error, because }: Facts, secret: string): string {
  const tail = {
    succeeded: 'was rotated',
    recovered: 'was locked out and works again',
    revoked: 'has no older credential any more',
    postponed: 'has an older credential that is still in use',
    failed: `failed in ${step}`,
    unrotated: because,
    expired: 'has expired and was deleted',
  };
  const end = `${tail[outcome]}${error === undefined ? '' : ` (${error.code})`}`;
  const start = `Rekey: ${outcome === 'failed' ? 'rotation of ' : ''}`;
  const room = 100 - start.length - end.length - 1;
  const name = secret.length > room ? `${secret.slice(0, room - 3)}...` : secret;
  return `${start}${name} ${end}`.replace(/[^\x20-\x7e]/g, '?').slice(0, 100);
}
