import { AwsError, validation } from '../../aws/aws-error.ts';
import { callOf, type Operations, operation } from '../../aws/operation.ts';
import { page } from '../../aws/page.ts';
import { present, seconds } from '../../aws/present.ts';
import { type Account, arnOf, type RotationFunctions, regionOf, type Service } from '../../aws/service.ts';
import { options, structure, text, whole } from '../../aws/shapes.ts';
import { type Execution, executions } from './executions.ts';
import { definition, following, groupName, newSchedule, type Schedule, state } from './schedule.ts';

export interface SchedulerService extends Service {
  /** Everything that came due, oldest first. */
  readonly executions: readonly Execution[];
  /** Invokes every schedule that is due at this moment (the account's when absent), once each, and waits for the targets. */
  due(until?: number): Promise<readonly Execution[]>;
  /** Invokes one schedule of a region (the account's when absent) as if its time had come. */
  run(name: string, group?: string, region?: string): Promise<Execution>;
  /** Delivers an execution once more: the same payload, the same execution id. */
  redeliver(executionId: string): Promise<Execution>;
}

/** EventBridge Scheduler, in memory. It has no timer: somebody asks what is due. */
export function scheduler(account: Account, functions: Pick<RotationFunctions, 'invoke'>): SchedulerService {
  const schedules = new Map<string, Schedule>();
  const executed = executions(functions);
  const scheduleArn = (group: string, name: string, region: string) =>
    arnOf(account, 'scheduler', `schedule/${group}/${name}`, region);

  function get(name: string, group = 'default', region = account.region): Schedule {
    checkGroup(group);
    const schedule = schedules.get(scheduleArn(group, name, region));
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

  const operations: Operations<undefined> = {
    CreateSchedule: (input, _, { region }) => {
      const wanted = definition(input);
      checkGroup(wanted.GroupName);
      const arn = scheduleArn(wanted.GroupName, wanted.Name, region);
      const existing = schedules.get(arn);
      const isRepeat =
        existing && wanted.ClientToken !== undefined && existing.definition.ClientToken === wanted.ClientToken;
      if (existing && !isRepeat)
        throw new AwsError('ConflictException', `Schedule ${wanted.Name} already exists.`, 409);
      if (!existing) schedules.set(arn, newSchedule(arn, wanted, account.now()));
      return { ScheduleArn: arn };
    },
    UpdateSchedule: (input, _, { region }) => {
      const wanted = definition(input);
      const { arn, createdAt } = get(wanted.Name, wanted.GroupName, region);
      schedules.set(arn, newSchedule(arn, wanted, account.now(), createdAt));
      return { ScheduleArn: arn };
    },
    GetSchedule: operation(named, ({ Name, GroupName }, _, { region }) => shown(get(Name, GroupName, region))),
    DeleteSchedule: operation(named, ({ Name, GroupName }, _, { region }) => {
      schedules.delete(get(Name, GroupName, region).arn);
      return {};
    }),
    ListSchedules: operation(listing, (given, _, { region }) => {
      checkGroup(given.GroupName ?? 'default');
      const found = [...schedules.values()]
        .filter(({ arn }) => regionOf(arn) === region)
        .filter(({ definition }) => definition.Name.startsWith(given.NamePrefix ?? ''))
        .filter(({ definition }) => given.State === undefined || definition.State === given.State)
        .sort((a, b) => (a.definition.Name < b.definition.Name ? -1 : 1));
      const refusal = () => validation('The specified token is not valid.');
      const { items, NextToken } = page(found, given.MaxResults ?? 100, given.NextToken, refusal);
      return present({ Schedules: items.map(summary), NextToken });
    }),
  };

  return {
    name: 'scheduler',
    executions: executed.list,
    call: callOf(
      operations,
      undefined,
      (name) => new AwsError('UnknownOperationException', `Unknown operation: ${name}`, 404),
    ),
    due: (until = account.now()) => {
      const isDue = ({ nextAt, definition }: Schedule) =>
        nextAt !== undefined && nextAt <= until && definition.State === 'ENABLED';
      return Promise.all([...schedules.values()].filter(isDue).map((schedule) => start(schedule, until)));
    },
    run: async (name, group, region) => {
      const schedule = get(name, group, region);
      if (schedule.definition.State === 'DISABLED') throw validation(`Schedule ${name} is disabled.`);
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
const listing = options({
  GroupName: groupName,
  NamePrefix: groupName,
  State: state,
  MaxResults: whole({ min: 1, max: 100 }),
  NextToken: text({ min: 1, max: 2048 }),
});

/** The sandbox has the one group that every account has. */
function checkGroup(group: string): void {
  if (group === 'default') return;
  throw new AwsError('ResourceNotFoundException', `Schedule group ${group} does not exist.`, 404);
}

function shown({ arn, definition, createdAt, modifiedAt }: Schedule) {
  const { ClientToken: _, ...members } = definition;
  return { Arn: arn, ...members, CreationDate: seconds(createdAt), LastModificationDate: seconds(modifiedAt) };
}

function summary(schedule: Schedule) {
  const { Arn, Name, GroupName, State, Target, CreationDate, LastModificationDate } = shown(schedule);
  return { Arn, Name, GroupName, State, Target: { Arn: Target.Arn }, CreationDate, LastModificationDate };
}
