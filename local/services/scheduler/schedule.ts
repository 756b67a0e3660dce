import { AwsError, validation } from '../../aws/aws-error.ts';
import { oneOf, options, parse, type Shape, structure, text, whole } from '../../aws/shapes.ts';
import { parseTiming, type Timing } from './timing.ts';

/** What a caller says about a schedule; CreateSchedule and UpdateSchedule take the same, and both take all of it. */
export type Definition = ReturnType<typeof definition>;

export interface Schedule {
  readonly arn: string;
  readonly definition: Definition;
  readonly timing: Timing;
  readonly createdAt: number;
  readonly modifiedAt: number;
  /** Undefined once there is nothing left to do. */
  readonly nextAt: number | undefined;
}

const name = text({ min: 1, max: 64, pattern: /[0-9a-zA-Z-_.]+/ });
export const groupName = name;
export const state = oneOf(['ENABLED', 'DISABLED']);

/** Epoch seconds. */
const timestamp: Shape<number> = (value) => {
  if (typeof value === 'number') return value;
  throw new AwsError('SerializationException', 'A timestamp is a number of seconds.');
};

const anything: Shape<unknown> = (value) => value;

const target = structure(
  {
    Arn: text({ min: 1, max: 1600 }),
    RoleArn: text({ min: 1, max: 1600, pattern: /arn:aws(-[a-z]+)?:iam::\d{12}:role\/[\w+=,.@/-]+/ }),
  },
  {
    Input: text({ min: 1 }),
    RetryPolicy: options({
      MaximumEventAgeInSeconds: whole({ min: 60, max: 86_400 }),
      MaximumRetryAttempts: whole({ min: 0, max: 185 }),
    }),
    DeadLetterConfig: options({ Arn: text({ min: 1, max: 1600 }) }),
    // For other targets than functions: kept and shown, not looked into.
    EcsParameters: anything,
    EventBridgeParameters: anything,
    KinesisParameters: anything,
    SageMakerPipelineParameters: anything,
    SqsParameters: anything,
  },
);

const input = structure(
  {
    Name: name,
    ScheduleExpression: text({ min: 1, max: 256 }),
    FlexibleTimeWindow: structure(
      { Mode: oneOf(['OFF', 'FLEXIBLE']) },
      { MaximumWindowInMinutes: whole({ min: 1, max: 1440 }) },
    ),
    Target: target,
  },
  {
    GroupName: groupName,
    ActionAfterCompletion: oneOf(['NONE', 'DELETE']),
    ClientToken: text({ min: 1, max: 64, pattern: /[a-zA-Z0-9-_]+/ }),
    Description: text({ max: 512 }),
    StartDate: timestamp,
    EndDate: timestamp,
    KmsKeyArn: text({ min: 1, max: 2048 }),
    ScheduleExpressionTimezone: text({ min: 1, max: 50 }),
    State: state,
  },
);

/** The input with the service's defaults, or its refusal. */
export function definition(given: Record<string, unknown>) {
  const parsed = parse(input, given);
  const { FlexibleTimeWindow: window, StartDate, EndDate } = parsed;
  if ((window.Mode === 'FLEXIBLE') !== (window.MaximumWindowInMinutes !== undefined)) {
    throw validation('MaximumWindowInMinutes must be given exactly when the mode of FlexibleTimeWindow is FLEXIBLE.');
  }
  if (StartDate !== undefined && EndDate !== undefined && StartDate >= EndDate) {
    throw validation('The StartDate must come before the EndDate.');
  }
  if (!parsed.Target.Arn.startsWith('arn:')) throw validation('Provided Arn is not in correct format.');
  return {
    GroupName: 'default',
    ActionAfterCompletion: 'NONE' as const,
    ScheduleExpressionTimezone: 'UTC',
    State: 'ENABLED' as const,
    ...parsed,
    Target: {
      ...parsed.Target,
      RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185, ...parsed.Target.RetryPolicy },
    },
  };
}

/** The schedule of this definition, from this moment on. A rate begins at once, or on its StartDate. */
export function newSchedule(arn: string, wanted: Definition, now: number, createdAt = now): Schedule {
  const { ScheduleExpression: expression, ScheduleExpressionTimezone: zone, StartDate } = wanted;
  const start = StartDate === undefined ? now : StartDate * 1000;
  const timing = parseTiming(expression, zone, start);
  if (!timing) throw validation(`Invalid Schedule Expression ${expression}.`);
  const schedule = { arn, definition: wanted, timing, createdAt, modifiedAt: now, nextAt: undefined };
  // A one-time schedule of the past is due at once, and knows no StartDate.
  const after = timing.isOneTime ? Number.NEGATIVE_INFINITY : Math.max(start, now) - 1;
  return following(schedule, after);
}

/** The schedule after it has done what was due until then. */
export function following(schedule: Schedule, after: number): Schedule {
  const next = schedule.timing.next(after);
  const { EndDate } = schedule.definition;
  const isOver = next === undefined || (EndDate !== undefined && !schedule.timing.isOneTime && next > EndDate * 1000);
  return { ...schedule, nextAt: isOver ? undefined : next };
}
