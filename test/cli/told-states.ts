/** A stand-in for Step Functions beside the sandbox, which answers as it is told. */
import { onTestFinished } from 'vitest';
import { rotate } from '../../cli/rotate.ts';
import { fleetDefinition } from '../../tools/stack/fleet.ts';
import { type Answer, beside } from './states.ts';
import { ROTATOR, type startWorld } from './world.ts';

export const MACHINE = 'arn:aws:states:us-east-1:123456789012:stateMachine:rekey-prod-fleet';
export const EXECUTION = 'arn:aws:states:us-east-1:123456789012:execution:rekey-prod-fleet:x';
export const ITEM = 'arn:aws:states:us-east-1:123456789012:execution:rekey-prod-fleet/wave:y';
export const LOOK = `look: aws stepfunctions describe-execution --region us-east-1 --execution-arn '${EXECUTION}' stop: aws stepfunctions stop-execution --region us-east-1 --execution-arn '${EXECUTION}' `;
const none = { pending: 0, running: 0, succeeded: 0, failed: 0, timedOut: 0, aborted: 0, total: 0, resultsWritten: 0 };

export interface Told {
  /** Whose secrets each is for. */
  readonly machines?: Readonly<Record<string, readonly string[]>>;
  readonly running?: readonly object[];
  readonly start?: (input: { name: string; input: string }) => object | undefined;
  readonly end?: object;
  readonly counts?: Partial<typeof none>;
  /** What became of the item that failed. */
  readonly item?: object;
}

/** What was asked is kept. An answer with `__type` is an error. */
export async function stepFunctionsOf(world: Awaited<ReturnType<typeof startWorld>>, told: Told) {
  const asked: { operation: string; input: Record<string, unknown> }[] = [];
  const answerOf = (operation: string, input: Record<string, unknown>): object => {
    const {
      machines = { 'rekey-prod-fleet': [ROTATOR] },
      running = [],
      start,
      end = { status: 'SUCCEEDED' },
      counts,
      item,
    } = told;
    if (operation === 'ListStateMachines') {
      const stateMachines = Object.keys(machines).map((name) => ({
        name,
        stateMachineArn: MACHINE.replace(/[^:]*$/, name),
      }));
      return { stateMachines };
    }
    if (operation === 'DescribeStateMachine') {
      const [, functions = []] =
        Object.entries(machines).find(([name]) => `${input.stateMachineArn}`.endsWith(`:${name}`)) ?? [];
      return { definition: JSON.stringify(fleetDefinition(functions)) };
    }
    if (operation === 'ListExecutions') {
      if (input.statusFilter === 'TIMED_OUT') return { executions: [] };
      return { executions: 'stateMachineArn' in input ? running : item === undefined ? [] : [{ executionArn: ITEM }] };
    }
    if (operation === 'StartExecution') return start?.(input as never) ?? { executionArn: EXECUTION, startDate: 1 };
    if (operation === 'DescribeExecution') return input.executionArn === ITEM ? { ...item } : end;
    if (operation === 'ListMapRuns') return { mapRuns: [{ mapRunArn: 'map' }] };
    if (operation === 'DescribeMapRun') return { mapRunArn: 'map', itemCounts: { ...none, ...counts } };
    return { __type: 'UnknownOperationException' };
  };
  const proxy = await beside(world.sandbox.url, async (operation, body): Promise<Answer> => {
    const input = JSON.parse(String(body));
    asked.push({ operation, input });
    const answer = answerOf(operation, input);
    return { status: '__type' in answer ? 400 : 200, text: JSON.stringify(answer) };
  });
  onTestFinished(() => proxy[Symbol.asyncDispose]());
  const all = ['--in-cloud', '--endpoint-url', proxy.url];
  return {
    asked,
    started: () => asked.filter(({ operation }) => operation === 'StartExecution').map(({ input }) => input),
    run: (names: readonly string[], more: Parameters<typeof world.run>[2] = {}) =>
      world.run(rotate, [...all, ...names], more),
  };
}
