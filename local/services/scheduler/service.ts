import { AwsError } from '../../aws/aws-error.ts';
import type { Account, RotationFunctions, Service } from '../../aws/service.ts';
import { parse, structure, text, whole } from '../../aws/shapes.ts';
import { present, seconds } from '../secrets-manager/views.ts';
import { page } from '../ssm/pages.ts';
import { type Execution, executions } from './executions.ts';
import { definition, following, groupName, invalid, newSchedule, type Schedule, state } from './schedule.ts';

export interface SchedulerService extends Service {
  /** Everything that came due, oldest first. */
  readonly executions: readonly Execution[];
  /** Invokes every schedule that is due at this moment (the account's when absent), once each, and waits for the targets. */
  due(until?: number): Promise<readonly Execution[]>;
  /** Invokes one schedule as if its time had come. */
  run(name: string, group?: string): Promise<Execution>;
  /** Delivers an execution once more: the same payload, the same execution id. */
  redeliver(executionId: string): Promise<Execution>;
}

type Input = Record<string, unknown>;

/** EventBridge Scheduler, in memory. It has no timer: somebody asks what is due. */
export function scheduler(account: Account, functions: Pick<RotationFunctions, 'invoke'>): SchedulerService {
  const schedules = new Map<string, Schedule>();
  const executed = executions(functions);
  const arnOf = (group: string, name: string) =>
    `arn:${account.partition}:scheduler:${account.region}:${account.accountId}:schedule/${group}/${name}`;

  function get(name: string, group = 'default'): Schedule {
    checkGroup(group);
    const schedule = schedules.get(arnOf(group, name));
    if (!schedule) throw new AwsError('ResourceNotFoundException', `Schedule ${name} does not exist.`, 404);
    return schedule;
  }

  /** Moves the schedule on before the target is invoked: a target may change its own schedule. */
  function start(schedule: Schedule, until: number): Promise<Execution> {
    const scheduledAt = schedule.nextAt ?? until;
    const next = following(schedule, Math.max(scheduledAt, until));
    const isOver = next.nextAt === undefined && next.definition.ActionAfterCompletion === 'DELETE';
    if (isOver) schedules.delete(schedule.arn);
    else schedules.set(schedule.arn, next);
    return executed.start(schedule, scheduledAt);
  }

  const operations: Readonly<Record<string, (input: Input) => Record<string, unknown>>> = {
    CreateSchedule: (input) => {
      const wanted = definition(input);
      checkGroup(wanted.GroupName);
      const arn = arnOf(wanted.GroupName, wanted.Name);
      const existing = schedules.get(arn);
      const isRepeat =
        existing && wanted.ClientToken !== undefined && existing.definition.ClientToken === wanted.ClientToken;
      if (existing && !isRepeat)
        throw new AwsError('ConflictException', `Schedule ${wanted.Name} already exists.`, 409);
      if (!existing) schedules.set(arn, newSchedule(arn, wanted, account.now()));
      return { ScheduleArn: arn };
    },
    UpdateSchedule: (input) => {
      const wanted = definition(input);
      const { arn, createdAt } = get(wanted.Name, wanted.GroupName);
      schedules.set(arn, newSchedule(arn, wanted, account.now(), createdAt));
      return { ScheduleArn: arn };
    },
    GetSchedule: (input) => {
      const { Name, GroupName } = parse(named, input);
      return shown(get(Name, GroupName));
    },
    DeleteSchedule: (input) => {
      const { Name, GroupName } = parse(named, input);
      schedules.delete(get(Name, GroupName).arn);
      return {};
    },
    ListSchedules: (input) => {
      const given = parse(listing, input);
      checkGroup(given.GroupName ?? 'default');
      const found = [...schedules.values()]
        .filter(({ definition }) => definition.Name.startsWith(given.NamePrefix ?? ''))
        .filter(({ definition }) => given.State === undefined || definition.State === given.State)
        .sort((a, b) => (a.definition.Name < b.definition.Name ? -1 : 1));
      const { items, nextToken } = page(found, given.MaxResults ?? 100, given.NextToken, 'ValidationException');
      return present({ Schedules: items.map(summary), NextToken: nextToken });
    },
  };

  return {
    name: 'scheduler',
    executions: executed.list,
    call: async (name, input) => {
      const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
      if (!operation) throw new AwsError('UnknownOperationException', `Unknown operation: ${name}`, 404);
      return operation(input);
    },
    due: (until = account.now()) => {
      const isDue = ({ nextAt, definition }: Schedule) =>
        nextAt !== undefined && nextAt <= until && definition.State === 'ENABLED';
      return Promise.all([...schedules.values()].filter(isDue).map((schedule) => start(schedule, until)));
    },
    run: async (name, group) => {
      const schedule = get(name, group);
      if (schedule.definition.State === 'DISABLED') throw invalid(`Schedule ${name} is disabled.`);
      return start(schedule, account.now());
    },
    redeliver: async (executionId) => {
      const execution = await executed.redeliver(executionId);
      if (!execution) throw new AwsError('ResourceNotFoundException', `Execution ${executionId} does not exist.`, 404);
      return execution;
    },
    reset: () => {
      schedules.clear();
      executed.clear();
    },
  };
}

const named = structure({ Name: text({ min: 1, max: 64 }) }, { GroupName: groupName });
const listing = structure(
  {},
  {
    GroupName: groupName,
    NamePrefix: groupName,
    State: state,
    MaxResults: whole({ min: 1, max: 100 }),
    NextToken: text({ min: 1, max: 2048 }),
  },
);

/** The sandbox has the one group that every account has. */
function checkGroup(group: string): void {
  if (group === 'default') return;
  throw new AwsError('ResourceNotFoundException', `Schedule group ${group} does not exist.`, 404);
}

function shown({ arn, definition, createdAt, modifiedAt }: Schedule) {
  const { ClientToken: _, ...members } = definition;
  return { Arn: arn, ...members, CreationDate: seconds(createdAt), LastModificationDate: seconds(modifiedAt) };
}

function summary({ arn, definition, createdAt, modifiedAt }: Schedule) {
  const { Name, GroupName, State, Target } = definition;
  return {
    Arn: arn,
    Name,
    GroupName,
    State,
    Target: { Arn: Target.Arn },
    CreationDate: seconds(createdAt),
    LastModificationDate: seconds(modifiedAt),
  };
}
