/** `rekey rotate --in-cloud`, with a stand-in for Step Functions beside the sandbox, and once with moto's interpreter. */
import { PassThrough } from 'node:stream';
import { CreateStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { rotate } from '../../cli/rotate.ts';
import { fleetDefinition } from '../../tools/stack/fleet.ts';
import { patience } from '../support/patience.ts';
import { tooWide } from './printed.ts';
import { beside, interpreter, startStates, through } from './states.ts';
import { EXECUTION, ITEM, LOOK, MACHINE, stepFunctionsOf, type Told } from './told-states.ts';
import { BROKEN, ROTATOR, startWorld } from './world.ts';

let world: Awaited<ReturnType<typeof startWorld>>;
beforeAll(async () => {
  world = await startWorld();
});
beforeEach(() => world.sandbox.reset());
afterAll(() => world.close());

const stepFunctions = (told: Told) => stepFunctionsOf(world, told);
const touched = () =>
  world.sandbox.requests.filter(
    ({ caller, operation }) => caller === undefined && /RotateSecret|GetSecretValue/.test(operation),
  ).length;

describe('rekey rotate --in-cloud', () => {
  it('gives the state machine the names in two waves, follows it, and rotates nothing itself', async () => {
    for (const name of ['a', 'b', 'c']) await world.rotating(name);
    const before = touched();
    const states = await stepFunctions({ counts: { succeeded: 3 } });

    const { status, stdout, stderr } = await states.run(['a', 'b', 'c', '--concurrency', '2', '--yes']);

    expect([status, stdout]).toEqual([0, '3 rotated\n']);
    expect(stderr.replaceAll('\n', ' ')).toBe(
      'Rotates 3 secrets in us-east-1 now, by rekey-prod-fleet, 2 at a time, of one server or one pair too, 1 before all others, from a on. Stops at the first failure. started ' +
        LOOK,
    );
    const [{ stateMachineArn, name, input } = {}] = states.started();
    expect(stateMachineArn).toBe(MACHINE);
    expect(name).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(JSON.parse(String(input))).toEqual({
      names: ['a'],
      rest: ['b', 'c'],
      before: 0,
      since: 1000,
      concurrency: 2,
      keepGoing: false,
    });
    expect(touched()).toBe(before);
  });

  it('tells a failure with what the function said, and what was not begun', async () => {
    await world.rotating('broken', { value: BROKEN, now: true });
    const { VersionIdsToStages } = await world.call('DescribeSecret', { SecretId: 'broken' });
    const labels = Object.entries(VersionIdsToStages as Record<string, string[]>);
    const token = labels.find(([, stages]) => stages.includes('AWSPENDING'))?.[0];
    for (const name of ['a', 'b', 'c']) await world.rotating(name);
    const states = await stepFunctions({
      end: { status: 'FAILED', error: 'States.ExceedToleratedFailureThreshold', cause: 'too many' },
      counts: { succeeded: 1, failed: 1 },
      item: {
        executionArn: ITEM,
        status: 'FAILED',
        startDate: Date.now() / 1000,
        input: JSON.stringify({ name: 'a', token }),
        error: 'Rekey.NotRotated',
        cause: 'AWSCURRENT is not on it',
      },
    });

    const { status, stdout } = await states.run(['a', 'b', 'c', '--yes']);

    expect(status).toBe(1);
    expect(stdout).toMatch(
      /^✗ a failed: INVALID_SECRET\n {2}fact {3}\S[\s\S]*\n {2}next {3}rekey explain INVALID_SECRET\n1 rotated, 1 failed, 1 not begun\nnext: the same command goes on with those\n$/,
    );
    expect(tooWide(stdout)).toEqual([]);
  });

  it('gives the same as data, and of a failure without a log what Step Functions says', async () => {
    for (const name of ['a', 'b']) await world.rotating(name);
    const states = await stepFunctions({
      counts: { failed: 1, aborted: 1 },
      item: { input: '{"name":"a","token":"t"}', error: 'SecretsManager.InvalidRequestException', cause: 'unfinished' },
    });

    const { status, stdout } = await states.run(['a', 'b', '--keep-going', '--yes', '--json']);

    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      version: 1,
      region: 'us-east-1',
      execution: EXECUTION,
      chosen: 2,
      left: 0,
      status: 'SUCCEEDED',
      error: null,
      cause: null,
      counts: { rotated: 0, failed: 1, goingOn: 1, notBegun: 0 },
      failures: [
        {
          name: 'a',
          arn: expect.stringMatching(/^arn:aws:secretsmanager:/),
          code: null,
          fact: 'SecretsManager.InvalidRequestException: unfinished',
          hint: 'rekey doctor a',
          working: null,
        },
      ],
    });
  });

  it('tells why an execution failed that is not the fault of a secret', async () => {
    await world.rotating('a');
    const states = await stepFunctions({ end: { status: 'FAILED', error: 'States.Runtime', cause: 'not allowed' } });

    const { status, stdout } = await states.run(['a', '--yes']);

    expect(status).toBe(1);
    expect(stdout).toContain('the execution is FAILED: States.Runtime not allowed\nlook: aws stepfunctions describe-');
  });

  it('ends at once with --no-wait, and says how to look and how to stop', async () => {
    await world.rotating('a');
    const states = await stepFunctions({});

    const { status, stdout } = await states.run(['a', '--no-wait', '--yes']);

    expect([status, stdout]).toEqual([
      0,
      `started\nlook: aws stepfunctions describe-execution --region us-east-1 --execution-arn '${EXECUTION}'\nstop: aws stepfunctions stop-execution --region us-east-1 --execution-arn '${EXECUTION}'\n`,
    ]);
    expect(states.asked.at(-1)?.operation).toBe('StartExecution');
  });

  it('leaves it going on after Ctrl-C, and stops nothing', async () => {
    await world.rotating('a');
    const controller = new AbortController();
    const states = await stepFunctions({ end: { status: 'RUNNING' } });

    const run = states.run(['a', '--yes'], { signal: controller.signal });
    await expect.poll(() => states.asked.at(-1)?.operation).toBe('DescribeMapRun');
    controller.abort();
    const { stdout } = await run;

    expect(stdout).toMatch(/^it goes on in AWS\nlook: aws stepfunctions describe-execution /);
    expect(states.asked.map(({ operation }) => operation)).not.toContain('StopExecution');
  });

  it('says so where Ctrl-C came while it began', async () => {
    await world.rotating('a');
    const controller = new AbortController();
    const states = await stepFunctions({
      start: () => {
        controller.abort();
        return undefined;
      },
    });

    const { stdout } = await states.run(['a', '--yes'], { signal: controller.signal });

    expect(stdout).toContain(`it goes on in AWS\nlook: aws stepfunctions describe-execution`);
  });

  it('asks, and starts nothing without a yes', async () => {
    await world.rotating('a');
    const states = await stepFunctions({});
    const stdin = Object.assign(new PassThrough(), { isTTY: true }).end('n\n');

    const { status } = await states.run(['a'], { stdin });

    expect([status, states.started()]).toEqual([3, []]);
  });

  it('starts nothing where a late yes meets an execution of the same choice that has rotated', async () => {
    await world.rotating('a');
    const states = await stepFunctions({
      counts: { succeeded: 1 },
      end: { status: 'SUCCEEDED', startDate: 0 },
      start: () => ({ __type: 'ExecutionAlreadyExists', message: 'over' }),
    });

    await expect(states.run(['a', '--yes'])).rejects.toMatchObject({
      name: 'RefusedError',
      message: expect.stringContaining('on 1970-01-01T00:00:00.000Z, who rotated 1 of it; nothing was begun now'),
    });
    expect(states.started()).toHaveLength(1);
  });

  it('starts nothing where another execution has begun while it asked', async () => {
    await world.rotating('a');
    const running: object[] = [];
    const states = await stepFunctions({ running });
    const stdin = Object.assign(new PassThrough(), { isTTY: true });

    const run = states.run(['a'], { stdin });
    await expect.poll(() => states.asked.at(-1)?.operation).toBe('ListExecutions');
    running.push({ executionArn: EXECUTION, startDate: 0 });
    stdin.end('y\n');

    await expect(run).rejects.toMatchObject({ name: 'RefusedError' });
    expect(states.started()).toEqual([]);
  });

  it('starts one where somebody presses twice, and another one where the first is over and rotated nothing', async () => {
    await world.rotating('a');
    const over = new Set<string>();
    const states = await stepFunctions({
      start: ({ name }) => (over.has(name) ? { __type: 'ExecutionAlreadyExists', message: 'over' } : undefined),
    });

    await states.run(['a', '--yes']);
    await states.run(['a', '--yes']);
    const [first, second] = states.started().map(({ name }) => String(name));
    over.add(String(first));
    await states.run(['a', '--yes']);

    expect(second).toBe(first);
    const last = states.started().map(({ name }) => String(name));
    expect(last.slice(2)).toEqual([first, expect.not.stringContaining(String(first))]);
  });

  it.each<[string, Told, string, RegExp]>([
    [
      'there is none',
      { machines: { 'rekey-prod-fleet': ['rekey-prod-sendgrid'], other: [ROTATOR] } },
      'no state machine in us-east-1 is for rekey-prod-generated-value, which rotates a',
      /^deploy its stack with --param fleet=on/,
    ],
    [
      'it rotates others',
      { running: [{ executionArn: EXECUTION, startDate: 0 }] },
      'rekey-prod-fleet rotates others since 1970-01-01T00:00:00.000Z',
      /^aws stepfunctions describe-execution .*; aws stepfunctions stop-execution /,
    ],
  ])('refuses where %s, and starts nothing', async (_, told, message, hint) => {
    await world.rotating('a');
    const states = await stepFunctions(told);

    await expect(states.run(['a', '--yes'])).rejects.toMatchObject({
      name: 'RefusedError',
      message,
      hint: expect.stringMatching(hint),
    });
    expect(states.started()).toEqual([]);
  });

  it('takes the state machine that names the function, whatever it is called, and refuses secrets of two stacks', async () => {
    const one = 'rekey-prod-b-generated-value';
    world.sandbox.functions.register(one, { handler: async () => undefined });
    await world.rotating('a', { by: one });
    await world.rotating('b');
    const states = await stepFunctions({
      // A stage whose name begins as another's: its functions are called as if they were of that one.
      machines: { 'rekey-prod-b-fleet': [ROTATOR, 'rekey-prod-sendgrid'], 'rekey-prod-fleet': [one] },
      counts: { succeeded: 1 },
    });

    await states.run(['a', '--yes']);

    expect(states.started().map(({ stateMachineArn }) => stateMachineArn)).toEqual([MACHINE]);
    await expect(states.run(['a', 'b', '--yes'])).rejects.toMatchObject({
      message: 'these secrets are of several stacks: rekey-prod-fleet, rekey-prod-b-fleet',
    });
  });

  it('says which right is missing, and the statement that gives it', async () => {
    await world.rotating('a');
    const states = await stepFunctions({ start: () => ({ __type: 'AccessDeniedException' }) });

    await expect(states.run(['a', '--yes'])).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
      hint: expect.stringContaining('{"Effect":"Allow","Action":"states:StartExecution","Resource":"*"}'),
    });
  });

  it('knows a wrong command line', async () => {
    await expect(world.run(rotate, ['a', '--in-cloud', '--per-host', '2'])).rejects.toMatchObject({
      message: '--per-host with --in-cloud',
      hint: expect.stringContaining('reads no values'),
    });
    await expect(world.run(rotate, ['a', '--no-wait'])).rejects.toMatchObject({
      message: '--no-wait without --in-cloud',
    });
  });
});

describe.skipIf(interpreter === undefined)('with an interpreter', { timeout: patience(60_000) }, () => {
  it('rotates a fleet by tag in the cloud', async () => {
    await using moto = await startStates(world.sandbox.url);
    await using account = await beside(world.sandbox.url, through(moto.url));
    const client = new SFNClient({ endpoint: moto.url, region: 'us-east-1' });
    onTestFinished(() => client.destroy());
    const definition = JSON.stringify(fleetDefinition([ROTATOR], { pauseSeconds: 1, looks: 9 }));
    await client.send(
      new CreateStateMachineCommand({
        name: 'rekey-prod-fleet',
        definition: definition.replaceAll(`\${AWS::Partition}`, 'aws'),
        roleArn: 'arn:aws:iam::123456789012:role/fleet',
      }),
    );
    const Tags = [{ Key: 'team', Value: 'payments' }];
    for (const name of ['a', 'b', 'c']) await world.rotating(name, { Tags } as object);

    const { status, stdout } = await world.run(rotate, [
      ...['--tag', 'team=payments', '--in-cloud', '--concurrency', '2', '--yes'],
      ...['--endpoint-url', account.url],
    ]);

    expect([status, stdout]).toEqual([0, '3 rotated\n']);
    for (const name of ['a', 'b', 'c']) expect(await world.labels(name)).toEqual(['AWSCURRENT', 'AWSPREVIOUS']);
  });
});
