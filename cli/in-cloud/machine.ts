/** The state machine of a stack: which one it is for these secrets, whether it is free, and its start. */
import {
  DescribeStateMachineCommand,
  type ExecutionListItem,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { parseObject } from '../../shared/rotation/json.ts';
import type { Account } from '../account.ts';
import { call, causeOf } from '../call.ts';
import type { SecretFacts } from '../condition.ts';
import { RefusedError } from '../failure.ts';
import { seen } from './follow.ts';
import { executionName, type Order } from './order.ts';

export interface Machine {
  readonly name: string;
  readonly arn: string;
  /** Names of the functions whose secrets it may rotate. */
  readonly functions: ReadonlySet<string>;
}

/** The one that may rotate all of them, and rotates no others now. Throws RefusedError. */
export async function machineFor(account: Account, all: readonly SecretFacts[]): Promise<Machine> {
  const fleets = await fleetsOf(account);
  const found = new Map<string, Machine>();
  for (const { name, functionName = '' } of all) {
    const fleet = fleets.find(({ functions }) => functions.has(functionName));
    if (fleet === undefined) {
      throw new RefusedError(
        `no state machine in ${account.region} is for ${functionName}, which rotates ${name}`,
        'deploy its stack with --param fleet=on (docs/deploying.md), or leave --in-cloud out',
      );
    }
    found.set(fleet.name, fleet);
  }
  const [machine, ...others] = found.values();
  if (machine === undefined || others.length > 0) {
    throw new RefusedError(
      `these secrets are of several stacks: ${[...found.keys()].join(', ')}`,
      'choose those of one, by name or by --tag',
    );
  }
  await refuseBusy(account, machine);
  return machine;
}

/** Throws RefusedError while an execution goes on. */
export async function refuseBusy(account: Account, machine: Machine): Promise<void> {
  const busy = await runningOf(account, machine);
  if (busy === undefined) return;
  throw new RefusedError(
    `${machine.name} rotates others since ${busy.startDate?.toISOString() ?? 'a while'}`,
    commandsFor(busy.executionArn ?? '', account.region).join('; '),
  );
}

/** For people: how it goes, and how it ends before its time. */
export const commandsFor = (executionArn: string, region: string) => [
  `aws stepfunctions describe-execution --region ${region} --execution-arn '${executionArn}'`,
  `aws stepfunctions stop-execution --region ${region} --execution-arn '${executionArn}'`,
];

async function fleetsOf(account: Account): Promise<Machine[]> {
  const found: Machine[] = [];
  let nextToken: string | undefined;
  do {
    const command = new ListStateMachinesCommand({ maxResults: 1000, ...(nextToken && { nextToken }) });
    const page = await call('states:ListStateMachines', undefined, account.patience, (abort) =>
      account.states.send(command, abort),
    );
    for (const { name = '', stateMachineArn: arn = '' } of page.stateMachines ?? []) {
      if (name.endsWith('-fleet')) found.push({ name, arn, functions: await functionsOf(account, arn) });
    }
    nextToken = page.nextToken;
  } while (nextToken);
  return found;
}

/** As its definition names them: tools/stack/fleet.ts. */
async function functionsOf(account: Account, stateMachineArn: string): Promise<Set<string>> {
  const command = new DescribeStateMachineCommand({ stateMachineArn });
  const { definition = '' } = await call('states:DescribeStateMachine', stateMachineArn, account.patience, (abort) =>
    account.states.send(command, abort),
  );
  const { Comment } = (parseObject(definition) ?? {}) as { Comment?: unknown };
  return new Set(/^rekey rotate --in-cloud, for (.+)$/.exec(String(Comment))?.[1]?.split(', '));
}

async function runningOf(account: Account, { name, arn }: Machine): Promise<ExecutionListItem | undefined> {
  const command = new ListExecutionsCommand({ stateMachineArn: arn, statusFilter: 'RUNNING', maxResults: 1 });
  const { executions = [] } = await call('states:ListExecutions', name, account.patience, (abort) =>
    account.states.send(command, abort),
  );
  return executions[0];
}

/**
 * Its ARN. One that goes on under the name of this order is taken for the same. One that is over and rotated something is the reason to
 * choose again: RefusedError. It has an end whatever the person does meanwhile, so that it can be said what was begun.
 */
export async function started(account: Account, { name, arn }: Machine, order: Order): Promise<string> {
  const patience = { ...account.patience, signal: new AbortController().signal };
  for (let attempt = 0; ; attempt += 1) {
    const execution = executionName(order, attempt);
    const command = new StartExecutionCommand({ stateMachineArn: arn, name: execution, input: order.input });
    try {
      const { executionArn = '' } = await call('states:StartExecution', name, patience, (abort) =>
        account.states.send(command, abort),
      );
      return executionArn;
    } catch (error) {
      if (causeOf(error) !== 'ExecutionAlreadyExists') throw error;
      const before = `${arn.replace(':stateMachine:', ':execution:')}:${execution}`;
      const { status, startDate, counts } = await seen({ ...account, patience }, before);
      if (status === 'RUNNING') return before;
      if (counts.rotated > 0) {
        throw new RefusedError(
          `this choice was begun by somebody else on ${startDate?.toISOString()}, who rotated ${counts.rotated} of it; nothing was begun now`,
          'the same command again chooses what is due now',
        );
      }
    }
  }
}
