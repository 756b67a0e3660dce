import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Sandbox, startSandbox } from '../../../../local/sandbox.ts';
import type { FileFunction } from '../../../../local/services/lambda/definition.ts';

const file = fileURLToPath(new URL('functions.fixture.mjs', import.meta.url));
const region = 'us-east-1';
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.close());
beforeEach(() => sandbox.reset());

const fileFunction = (exported: string, options: Partial<FileFunction> = {}) =>
  sandbox.functions.register('subject', { file, export: exported, ...options });

async function run(event: Record<string, unknown> = {}) {
  const outcome = await sandbox.functions.invoke('subject', event);
  if (!outcome.ok) throw new Error(outcome.error.errorMessage);
  return outcome.payload as Record<string, unknown>;
}

describe('a function in a process', () => {
  it('is one process for all invocations when warm', async () => {
    fileFunction('countCalls');

    const [first, second] = [await run(), await run()];

    expect([first.calls, second.calls]).toEqual([1, 2]);
    expect(second.pid).toBe(first.pid);
  });

  it('is a fresh process for each invocation when cold, and reports its init time', async () => {
    fileFunction('countCalls', { mode: 'cold' });

    const [first, second] = [await run(), await run()];

    expect([first.calls, second.calls]).toEqual([1, 1]);
    expect(second.pid).not.toBe(first.pid);
    expect(sandbox.functions.invocations('subject').map(({ initMs = 0 }) => initMs > 0)).toEqual([true, true]);
  });

  it('has its own time for a start that takes longer than ten seconds, as on a machine that is busy', async () => {
    const slow = fileURLToPath(new URL('slow-start.fixture.mjs', import.meta.url));
    sandbox.functions.register('subject', { file: slow, export: 'started', timeoutSeconds: 5 });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const running = sandbox.functions.invoke('subject', {});
    await vi.advanceTimersByTimeAsync(12_000);

    const outcome = await running;

    vi.useRealTimers();
    expect(outcome).toEqual({ ok: true, payload: { started: true } });
  });

  it('runs in two processes when it is invoked twice at once', async () => {
    fileFunction('countCalls');

    const [first, second] = await Promise.all([run(), run()]);

    expect(second?.pid).not.toBe(first?.pid);
  });

  it('sees the sandbox, its own settings and nothing of this process', async () => {
    fileFunction('showEnvironment', { env: { CUTOVER: 'finish' } });

    const { NODE_CHANNEL_FD: _, AWS_LAMBDA_LOG_STREAM_NAME: __, ...environment } = await run();

    expect(environment).toEqual({ ...sandbox.functions.environment('subject'), CUTOVER: 'finish' });
    expect(environment.AWS_ENDPOINT_URL).toBe(sandbox.url);
    expect(environment).not.toHaveProperty('PATH');
  });

  it('gets the event and a context as on Lambda', async () => {
    const arn = fileFunction('showContext', { timeoutSeconds: 9 });

    const context = await run({ Step: 'testSecret' });

    expect(context).toMatchObject({
      event: { Step: 'testSecret' },
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      functionName: 'subject',
      invokedFunctionArn: arn,
    });
    expect(context.remaining).toBeGreaterThan(8_000);
    expect(context.remaining).toBeLessThanOrEqual(9_000);
  });

  it.each([
    [
      'fail',
      {
        errorType: 'RangeError',
        errorMessage: 'out of range',
        trace: expect.arrayContaining(['RangeError: out of range']),
      },
    ],
    ['failWithText', { errorType: 'string', errorMessage: 'just text', trace: [] }],
    [
      'notAFunction',
      {
        errorType: 'Runtime.HandlerNotFound',
        errorMessage: 'notAFunction is undefined or not exported',
        trace: expect.any(Array),
      },
    ],
  ])('answers %s as Lambda does', async (exported, error) => {
    fileFunction(exported);

    const outcome = await sandbox.functions.invoke('subject', {});

    expect(outcome).toEqual({ ok: false, error });
  });

  it('is killed at its time limit, and starts again for the next invocation', async () => {
    fileFunction('hang', { timeoutSeconds: 0.2 });

    const first = await sandbox.functions.invoke('subject', {});
    const second = await sandbox.functions.invoke('subject', {});

    expect(first).toMatchObject({
      ok: false,
      error: { errorMessage: expect.stringMatching(/Task timed out after 0\.20 seconds$/) },
    });
    expect(second).toMatchObject({ ok: false, error: { errorType: 'Sandbox.Timedout' } });
  });

  it('fails the invocation when it exits, and keeps what it said before', async () => {
    fileFunction('leave');

    const outcome = await sandbox.functions.invoke('subject', {});

    expect(outcome).toMatchObject({
      ok: false,
      error: { errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('exit status 7') },
    });
    await expect.poll(() => sandbox.functions.logs('subject')).toEqual(['leaving']);
  });

  it('has its output collected', async () => {
    fileFunction('print');

    await run();

    await expect.poll(() => [...sandbox.functions.logs('subject')].sort()).toEqual(['to stderr', 'to stdout']);
  });

  it('can be killed by a fault in the middle of a call', async () => {
    fileFunction('listSecrets');
    sandbox.faults.add({ caller: 'subject', operation: 'ListSecrets', action: 'kill', when: 'after' });

    const killed = await sandbox.functions.invoke('subject', {});
    const retried = await sandbox.functions.invoke('subject', {});

    expect(killed).toMatchObject({
      ok: false,
      error: { errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('signal: killed') },
    });
    expect(retried).toEqual({ ok: true, payload: { SecretList: [] } });
    expect(sandbox.requests.map(({ caller, status }) => [caller, status])).toEqual([
      ['subject', 0],
      ['subject', 200],
    ]);
  });

  it('rotates a secret', async () => {
    const RotationLambdaARN = fileFunction('rotate');
    const token = '11111111-1111-4111-8111-111111111111';
    await sandbox.secretsManager.call(
      'CreateSecret',
      { Name: 'app', SecretString: 'first', ClientRequestToken: '0'.repeat(32) },
      { region },
    );

    await sandbox.secretsManager.call(
      'RotateSecret',
      { SecretId: 'app', RotationLambdaARN, ClientRequestToken: token, RotationRules: { AutomaticallyAfterDays: 1 } },
      { region },
    );
    await sandbox.idle();

    const current = await sandbox.secretsManager.call('GetSecretValue', { SecretId: 'app' }, { region });
    expect(current).toMatchObject({ VersionId: token, SecretString: `value of ${token}` });
    expect(sandbox.requests.filter(({ caller }) => caller === 'subject')).toHaveLength(3);
  });
});

describe('a handler in this process', () => {
  it('gets a copy of the event, and its result comes back', async () => {
    const event = { list: [1] };
    sandbox.functions.register('subject', {
      handler: (given: { list: number[] }, context: { functionName: string }) => {
        given.list.push(2);
        return { given, name: context.functionName };
      },
    });

    const payload = await run(event);

    expect(payload).toEqual({ given: { list: [1, 2] }, name: 'subject' });
    expect(event).toEqual({ list: [1] });
  });

  it('times out', async () => {
    sandbox.functions.register('subject', { handler: () => new Promise(() => {}), timeoutSeconds: 0.05 });

    const outcome = await sandbox.functions.invoke('subject', {});

    expect(outcome).toMatchObject({ ok: false, error: { errorType: 'Sandbox.Timedout' } });
  });
});

describe('a function at another address', () => {
  let server: Server;
  let endpoint: string;
  const answers: Record<string, [number, Record<string, string>, unknown]> = {
    fine: [200, {}, { done: true }],
    marked: [
      200,
      { 'x-amz-function-error': 'Unhandled' },
      { errorMessage: 'from Python', errorType: 'ValueError', stackTrace: ['line 1'] },
    ],
    unmarked: [200, {}, { errorMessage: 'from the emulator', errorType: 'KeyError' }],
    refused: [403, { 'x-amzn-errortype': 'AccessDeniedException:' }, { Message: 'no' }],
  };

  beforeAll(async () => {
    server = createServer((request, response) => {
      request.resume();
      const name = request.url?.split('/').at(-2) ?? '';
      const [status, headers, body] = answers[name] ?? [
        404,
        { 'x-amzn-errortype': 'ResourceNotFoundException' },
        { Message: `unknown ${name}` },
      ];
      response.writeHead(status, headers).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it.each([
    ['fine', { ok: true, payload: { done: true } }],
    ['marked', { ok: false, error: { errorType: 'ValueError', errorMessage: 'from Python', trace: ['line 1'] } }],
    ['unmarked', { ok: false, error: { errorType: 'KeyError', errorMessage: 'from the emulator' } }],
    [
      'refused',
      { ok: false, error: { errorType: 'AccessDeniedException', errorMessage: expect.stringContaining('HTTP 403') } },
    ],
  ])('%s answers', async (functionName, expected) => {
    sandbox.functions.register('far', { endpoint, functionName });

    const outcome = await sandbox.functions.invoke('far', {});

    expect(outcome).toEqual(expected);
  });

  it('fails the invocation when nobody answers', async () => {
    sandbox.functions.register('far', { endpoint: 'http://127.0.0.1:1' });

    const outcome = await sandbox.functions.invoke('far', {});

    expect(outcome).toMatchObject({ ok: false, error: { errorType: 'Sandbox.EndpointError' } });
  });

  it('is looked for at the given Lambda endpoint when it is not registered', async () => {
    const other = await startSandbox({ lambdaEndpoint: endpoint });

    const outcome = await other.functions.invoke('arn:aws:lambda:us-east-1:123456789012:function:fine', {});

    expect(other.functions.find('fine')).toBe('arn:aws:lambda:us-east-1:123456789012:function:fine');
    expect(outcome).toEqual({ ok: true, payload: { done: true } });
    await other.close();
  });
});

it('ends its processes when it closes', async () => {
  const other = await startSandbox();
  other.functions.register('subject', { file, export: 'countCalls' });
  const outcome = await other.functions.invoke('subject', {});
  const { pid } = (outcome as unknown as { payload: { pid: number } }).payload;

  await other.close();

  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

it('ends warm processes that are idle, and among several gives the work to the one that had it last', async () => {
  const other = await startSandbox({ functionIdleMs: 1_000 });
  other.functions.register('subject', { file, export: 'countCalls' });
  const run = async () => {
    const outcome = await other.functions.invoke('subject', {});
    return (outcome as unknown as { payload: { pid: number } }).payload.pid;
  };
  const burst = await Promise.all([run(), run(), run(), run()]);
  const running = () => burst.filter(isThere);

  const kept = new Set<number>();
  const runningAfterOne = async () => {
    kept.add(await run());
    return running().length;
  };
  await expect.poll(runningAfterOne).toBe(1);

  expect(kept.size).toBe(1);
  await expect.poll(() => running()).toEqual([]);
  await other.close();
});

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
