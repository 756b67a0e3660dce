/** The state machine of the fleet: valid, and executed by moto's interpreter against the sandbox with a real function of Rekey. */
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  DescribeMapRunCommand,
  ListMapRunsCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fleetDefinition } from '../../tools/stack/fleet.ts';
import { patience } from '../support/patience.ts';
import { interpreter, startStates } from './states.ts';
import { BROKEN, startWorld } from './world.ts';

/** It has no types. */
const validated = createRequire(import.meta.url)('asl-validator') as (definition: object) => {
  isValid: boolean;
  errorsText(): string;
};
/** CloudFormation fills in the partition. */
const textOf = (definition: object) => JSON.stringify(definition).replaceAll(`\${AWS::Partition}`, 'aws');

describe('the definition', () => {
  it('is valid, and would not be with a state that nobody knows', () => {
    const definition = JSON.parse(textOf(fleetDefinition(['f'])));
    const wrong = structuredClone(definition);
    wrong.States.Wave.ItemProcessor.States.Pause.Next = 'Nobody';

    expect(validated(definition).errorsText()).toBe('');
    expect(validated(definition).isValid).toBe(true);
    expect(validated(wrong).isValid).toBe(false);
  });

  it('asks for no value, and repeats no call that another rotation, or a secret that is gone, refused', () => {
    const { States } = fleetDefinition(['f']).States.Wave.ItemProcessor;
    const tasks = [States.LookBefore, States.Rotate, States.Look] as unknown as {
      Resource: string;
      Retry: unknown[];
    }[];

    expect(tasks.map(({ Resource }) => Resource.split(':').at(-1))).toEqual([
      'describeSecret',
      'rotateSecret',
      'describeSecret',
    ]);
    for (const { Retry } of tasks) {
      expect(Retry[0]).toMatchObject({
        ErrorEquals: expect.arrayContaining(['SecretsManager.InvalidRequestException']),
        MaxAttempts: 0,
      });
    }
  });
});

describe.skipIf(interpreter === undefined)('an execution', { timeout: patience(60_000) }, () => {
  let world: Awaited<ReturnType<typeof startWorld>>;
  let states: Awaited<ReturnType<typeof startStates>>;
  let client: SFNClient;
  beforeAll(async () => {
    world = await startWorld();
    states = await startStates(world.sandbox.url);
    client = new SFNClient({ endpoint: states.url, region: 'us-east-1' });
  }, patience(60_000));
  beforeEach(() => world.sandbox.reset());
  afterAll(async () => {
    client.destroy();
    await states[Symbol.asyncDispose]();
    await world.close();
  });

  interface Order {
    readonly names: readonly string[];
    readonly rest?: readonly string[];
    readonly concurrency?: number;
    readonly keepGoing?: boolean;
    readonly since?: number;
  }

  /** To its end. */
  async function executed(order: Order, name = randomUUID()) {
    const input = JSON.stringify({ rest: [], before: 0, since: 1000, concurrency: 1, keepGoing: false, ...order });
    await states.reset();
    const { stateMachineArn } = await client.send(
      new CreateStateMachineCommand({
        name: 'rekey-prod-fleet',
        definition: textOf(fleetDefinition(['f'], { pauseSeconds: 1, looks: 4 })),
        roleArn: 'arn:aws:iam::123456789012:role/fleet',
      }),
    );
    const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn, name, input }));
    const seen: { outcome?: DescribeExecutionCommandOutput } = {};
    await expect
      .poll(
        async () => {
          seen.outcome = await client.send(new DescribeExecutionCommand({ executionArn }));
          return seen.outcome.status;
        },
        { timeout: patience(40_000), interval: 200 },
      )
      .not.toBe('RUNNING');
    const { mapRuns = [] } = await client.send(new ListMapRunsCommand({ executionArn }));
    const counts = [];
    for (const { mapRunArn } of mapRuns) {
      const { itemCounts } = await client.send(new DescribeMapRunCommand({ mapRunArn }));
      counts.push({ succeeded: itemCounts?.succeeded, failed: itemCounts?.failed });
    }
    const { status, error } = seen.outcome ?? {};
    return { status, ...(error && { error }), counts };
  }
  const current = async (name: string) => {
    const { VersionIdsToStages = {} } = await world.call('DescribeSecret', { SecretId: name });
    const labels = Object.entries(VersionIdsToStages as Record<string, string[]>);
    return labels.find(([, stages]) => stages.includes('AWSCURRENT'))?.[0];
  };
  const untouched = async (name: string) => {
    const { VersionIdsToStages = {} } = await world.call('DescribeSecret', { SecretId: name });
    return Object.keys(VersionIdsToStages as object).length === 1;
  };
  /** What was asked since, but for what functions ask. */
  const asked = async (work: () => Promise<unknown>) => {
    const before = world.sandbox.requests.length;
    await work();
    return world.sandbox.requests
      .slice(before)
      .filter(({ caller }) => caller === undefined)
      .map(({ operation }) => operation);
  };

  it('rotates the canary before all others, and all of them to versions that its own name tells', async () => {
    for (const name of ['canary', 'b', 'c']) await world.rotating(name);

    const order = { names: ['canary'], rest: ['b', 'c'], concurrency: 2 };
    const operations = await asked(async () =>
      expect(await executed(order, '0f0e0d0c-0b0a-4908-8706-050403020100')).toEqual({
        status: 'SUCCEEDED',
        counts: [
          { succeeded: 1, failed: 0 },
          { succeeded: 2, failed: 0 },
        ],
      }),
    );

    expect(operations.slice(0, 3)).toEqual(['DescribeSecret', 'RotateSecret', 'DescribeSecret']);
    expect(operations.filter((operation) => operation === 'RotateSecret')).toHaveLength(3);
    expect(operations).not.toContain('GetSecretValue');
    expect(await Promise.all(['canary', 'b', 'c'].map(current))).toEqual(
      [0, 1, 2].map((at) => `0f0e0d0c-0b0a-4908-8706-00000000000${at}`),
    );
  });

  it('leaves a secret as it is that was rotated after it was chosen', async () => {
    for (const name of ['a', 'b']) await world.rotating(name, { now: true });
    await expect.poll(() => world.labels('b')).toEqual(['AWSCURRENT', 'AWSPREVIOUS']);
    const before = [await current('a'), await current('b')];
    const earlier = Date.now() - 3_600_000;

    const operations = await asked(async () =>
      expect(await executed({ names: ['a'], rest: ['b'], since: earlier })).toMatchObject({ status: 'SUCCEEDED' }),
    );

    expect(operations).not.toContain('RotateSecret');
    expect([await current('a'), await current('b')]).toEqual(before);
    await executed({ names: ['a'], since: Date.now() + 3_600_000 });
    expect(await current('a')).not.toBe(before[0]);
  });

  it('begins no other where the canary fails', async () => {
    await world.rotating('canary', { value: BROKEN });
    await world.rotating('b');

    const { status, error, counts } = await executed({ names: ['canary'], rest: ['b'] });

    expect([status, error]).toEqual(['FAILED', THRESHOLD]);
    expect(counts).toEqual([{ succeeded: 0, failed: 1 }]);
    expect(await untouched('b')).toBe(true);
  });

  it('stops at the first failure among the others', async () => {
    await world.rotating('a');
    await world.rotating('broken', { value: BROKEN });
    await world.rotating('c');

    const { status, counts } = await executed({ names: ['a', 'broken', 'c'] });

    expect([status, counts]).toEqual(['FAILED', [{ succeeded: 1, failed: 1 }]]);
    expect(await untouched('a')).toBe(false);
    expect(await untouched('c')).toBe(true);
  });

  it('goes on after failures where that is asked for, a canary among them', async () => {
    await world.rotating('canary', { value: BROKEN });
    await world.rotating('broken', { value: BROKEN });
    await world.rotating('c');

    const { status, counts } = await executed({ names: ['canary'], rest: ['broken', 'c'], keepGoing: true });

    expect([status, counts]).toEqual([
      'SUCCEEDED',
      [
        { succeeded: 0, failed: 1 },
        { succeeded: 1, failed: 1 },
      ],
    ]);
    expect(await untouched('c')).toBe(false);
  });

  it('asks again where a call is throttled, or fails on the side of the service', async () => {
    await world.rotating('app');
    world.sandbox.faults.add(
      { operation: 'RotateSecret', action: 'throttle' },
      { operation: 'DescribeSecret', action: 'error' },
    );

    const { status } = await executed({ names: ['app'] });

    expect(status).toBe('SUCCEEDED');
    expect(world.sandbox.faults.pending()).toEqual([]);
  });

  it('rotates a secret once where a call took effect and its answer was lost', async () => {
    await world.rotating('app');
    world.sandbox.faults.add({ operation: 'RotateSecret', action: 'error', when: 'after' });

    const { status } = await executed({ names: ['app'] });

    expect(status).toBe('SUCCEEDED');
    expect(await world.labels('app')).toEqual(['AWSCURRENT', 'AWSPREVIOUS']);
  });

  it('fails at once where another rotation of the secret is unfinished, which it leaves as it is', async () => {
    await world.rotating('app', { now: true, value: BROKEN });
    const before = await world.call('DescribeSecret', { SecretId: 'app' });

    const operations = await asked(async () =>
      expect(await executed({ names: ['app'] })).toMatchObject({ status: 'FAILED', error: THRESHOLD }),
    );

    expect(operations).toEqual(['DescribeSecret', 'RotateSecret']);
    expect(await world.call('DescribeSecret', { SecretId: 'app' })).toEqual(before);
  });
});

const THRESHOLD = 'States.ExceedToleratedFailureThreshold';
