import { randomBytes } from 'node:crypto';
import { fromJson } from '../../aws/json-text.ts';
import { kept } from '../../aws/kept.ts';
import { failed, type InvokeOutcome, type RotationFunctions } from '../../aws/service.ts';
import type { Schedule } from './schedule.ts';

/** One time that a schedule came due. */
export interface Execution {
  readonly executionId: string;
  readonly scheduleArn: string;
  readonly target: string;
  /** Epoch milliseconds. */
  readonly scheduledAt: number;
  /** What the target gets: the Input, with the context attributes in their places. */
  readonly payload: string;
  /** What came of each delivery, in the order of their ends. */
  readonly outcomes: readonly InvokeOutcome[];
}

export function executions(functions: Pick<RotationFunctions, 'invoke'>) {
  const { list, add, clear } = kept<Execution & { outcomes: InvokeOutcome[] }>(1_000);

  async function deliver(execution: (typeof list)[number]): Promise<Execution> {
    const event = fromJson(execution.payload) as Record<string, unknown> | undefined;
    execution.outcomes.push(event ? await functions.invoke(execution.target, event) : notJson);
    return execution;
  }

  return {
    list: list as readonly Execution[],
    /** Delivers for the first time, and waits for the target. */
    start: (schedule: Schedule, scheduledAt: number): Promise<Execution> => {
      const { Arn: target, Input: input } = schedule.definition.Target;
      const executionId = randomBytes(8).toString('hex');
      const values = {
        'schedule-arn': schedule.arn,
        'scheduled-time': new Date(scheduledAt).toISOString().replace(/\.\d+Z$/, 'Z'),
        'execution-id': executionId,
        'attempt-number': '1',
      };
      const payload = fillIn(input ?? '{}', values);
      const execution = { executionId, scheduleArn: schedule.arn, target, scheduledAt, payload, outcomes: [] };
      add(execution);
      return deliver(execution);
    },
    /** Delivers the very same payload once more, as Lambda does after a failure, or a queue that delivers at least once. */
    redeliver: async (executionId: string): Promise<Execution | undefined> => {
      const execution = list.find((known) => known.executionId === executionId);
      return execution && deliver(execution);
    },
    clear,
  };
}

/** Lambda's own words for a payload that it cannot read. */
const notJson = failed('InvalidRequestContentException', 'Could not parse request body into json.');

/** https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html */
function fillIn(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/<aws\.scheduler\.([a-z-]+)>/g, (whole, name: string) => values[name] ?? whole);
}
