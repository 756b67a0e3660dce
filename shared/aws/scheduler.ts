/** EventBridge Scheduler: the function calls itself once, later. */
import { createHash } from 'node:crypto';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { clientOf } from './clients.ts';
import { nameOf, serviceError } from './service-error.ts';

export interface LaterCall {
  /** The secret or parameter, for people who look at the schedule. */
  readonly about: string;
  readonly functionArn: string;
  /** The role with which EventBridge Scheduler invokes the function. */
  readonly roleArn: string;
  readonly at: Date;
  readonly event: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
}

/** The same event is scheduled once: asking again, for another time too, changes nothing. The schedule is gone after its call. */
export async function scheduleOnce({ about, functionArn, roleArn, at, event, signal }: LaterCall): Promise<void> {
  const input = JSON.stringify(event);
  const name = `rekey-${createHash('sha256').update(`${functionArn}\n${input}`).digest('hex').slice(0, 40)}`;
  const command = new CreateScheduleCommand({
    Name: name,
    // At most 512 characters; an ARN of a secret has 600 at the longest.
    Description: `Rekey revokes what a rotation replaced: ${about}`.slice(0, 512),
    // at() knows no fraction of a second, and no zone but the one beside it.
    ScheduleExpression: `at(${soonest(at).toISOString().slice(0, 19)})`,
    ScheduleExpressionTimezone: 'UTC',
    FlexibleTimeWindow: { Mode: 'OFF' },
    ActionAfterCompletion: 'DELETE',
    Target: { Arn: functionArn, RoleArn: roleArn, Input: input, RetryPolicy: { MaximumRetryAttempts: 10 } },
  });
  try {
    await clientOf(SchedulerClient).send(command, { abortSignal: signal });
  } catch (error) {
    if (nameOf(error) === 'ConflictException') return;
    throw serviceError(error, `CreateSchedule of ${name}`);
  }
}

/** A time that is past when the schedule is made is never due. */
function soonest(at: Date): Date {
  return new Date(Math.max(at.getTime(), Date.now() + 60_000));
}
