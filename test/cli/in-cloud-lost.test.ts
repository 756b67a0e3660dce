/** What `rekey rotate --in-cloud` tells where it loses sight, and what is always in its data. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { EXECUTION, stepFunctionsOf, type Told } from './told-states.ts';
import { startWorld } from './world.ts';

let world: Awaited<ReturnType<typeof startWorld>>;
beforeAll(async () => {
  world = await startWorld();
});
beforeEach(() => world.sandbox.reset());
afterAll(() => world.close());

const stepFunctions = (told: Told) => stepFunctionsOf(world, told);
const NOTHING = {
  version: 1,
  region: 'us-east-1',
  execution: null,
  chosen: 0,
  left: 0,
  status: null,
  error: null,
  cause: null,
  counts: null,
  failures: [],
};

describe('rekey rotate --in-cloud', () => {
  it('says that it goes on, and why it is not watched any more', async () => {
    await world.rotating('a');
    const states = await stepFunctions({ end: { __type: 'AccessDeniedException' } });

    const { status, stdout, stderr } = await states.run(['a', '--yes', '--json']);
    const said = await states.run(['a', '--yes']);

    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toEqual({ ...NOTHING, execution: EXECUTION, chosen: 1 });
    expect(stderr).toMatch(/started\nlook: aws [\s\S]*stop: aws [\s\S]*ACCESS_DENIED[\s\S]*states:DescribeExecution/);
    expect([said.status, said.stdout]).toEqual([1, expect.stringMatching(/^it goes on in AWS\nlook: .*\nstop: /)]);
  });

  it('tells what is known where failures may not be read', async () => {
    await world.rotating('a');
    const states = await stepFunctions({ counts: { failed: 1 }, item: { __type: 'AccessDeniedException' } });

    const { status, stdout, stderr } = await states.run(['a', '--yes']);

    expect([status, stdout]).toEqual([
      1,
      '0 rotated, 1 failed\n1 failures are not told here: rekey status --failing\n',
    ]);
    expect(stderr).toContain('ACCESS_DENIED');
  });

  it('says what did not fit, and ends with 1', async () => {
    for (const name of ['a', 'b']) await world.rotating(name);
    const states = await stepFunctions({ counts: { succeeded: 1 } });
    const real = Buffer.byteLength;
    const most = vi
      .spyOn(Buffer, 'byteLength')
      .mockImplementation((text, encoding) => (text === '"a"' || text === '"b"' ? 200_000 : real(text, encoding)));
    onTestFinished(() => most.mockRestore());

    const { status, stdout } = await states.run(['a', 'b', '--yes', '--no-wait', '--json']);
    const said = await states.run(['a', 'b', '--yes', '--no-wait']);

    expect([status, JSON.parse(stdout).left, said.status]).toEqual([1, 1, 1]);
    expect(said.stdout).toContain('1 more did not fit');
  });

  it('gives the same members where nothing is due', async () => {
    const states = await stepFunctions({});

    const { status, stdout } = await states.run(['--older-than', '30d', '--json']);

    expect([status, JSON.parse(stdout)]).toEqual([0, NOTHING]);
  });

  it('says to deploy again where the role may not, and ends with one next step', async () => {
    await world.rotating('a');
    const denied = await stepFunctions({
      end: { status: 'FAILED', error: 'States.Runtime', cause: 'is not authorized' },
    });
    const stopped = await stepFunctions({ end: { status: 'ABORTED' }, counts: { aborted: 1 } });

    const first = await denied.run(['a', '--yes']);
    const second = await stopped.run(['a', '--yes']);

    expect(first.stdout.match(/^next: .*/gm)).toEqual([
      'next: deploy the stack again, which gives the role its rights, then the same command',
    ]);
    expect(second.stdout).toContain('the execution is ABORTED: stopped\nlook: ');
    expect(second.stdout.match(/^next: .*/gm)).toEqual(['next: rekey status, then the same command']);
  });
});
