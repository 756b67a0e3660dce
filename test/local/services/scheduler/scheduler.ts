import { scheduler } from '../../../../local/services/scheduler/service.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into, never trusted.
type Answer = any;

export const FUNCTION_ARN = 'arn:aws:lambda:us-east-1:123456789012:function:rotate';
const region = 'us-east-1';

/** EventBridge Scheduler with a clock to move, and a function that keeps what it is given. */
export function sandbox(options: { at?: string } = {}) {
  const clock = { now: Date.parse(options.at ?? '2030-01-01T00:00:00.000Z') };
  const invoked: Answer[] = [];
  const service = scheduler(
    { accountId: '123456789012', partition: 'aws', region, now: () => clock.now },
    {
      invoke: async (_arn, event) => {
        invoked.push(event);
        return { ok: true, payload: null };
      },
    },
  );
  const call = (operation: string, input: Record<string, unknown> = {}): Promise<Answer> =>
    service.call(operation, input, { region }) as Promise<Answer>;
  const create = (Name: string, ScheduleExpression: string, input: Record<string, unknown> = {}) =>
    call('CreateSchedule', definition(Name, ScheduleExpression, input));
  return {
    service,
    clock,
    invoked,
    call,
    create,
    names: async (): Promise<string[]> =>
      (await call('ListSchedules')).Schedules.map((schedule: { Name: string }) => schedule.Name),
    /** The code and the text of the error that a call ends with. */
    refusal: async (operation: string, input: Record<string, unknown>): Promise<string> => {
      const error = await call(operation, input).then(
        () => new Error('was not refused'),
        (error) => error,
      );
      return `${error.code}: ${error.message}`;
    },
  };
}

export function definition(Name: string, ScheduleExpression: string, input: Record<string, unknown> = {}) {
  return {
    Name,
    ScheduleExpression,
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: { Arn: FUNCTION_ARN, RoleArn: 'arn:aws:iam::123456789012:role/scheduler', Input: '{"a":1}' },
    ...input,
  };
}
