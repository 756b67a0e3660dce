import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../../../local/sandbox.ts';
import type { FileFunction } from '../../../../local/services/lambda/definition.ts';
import { readJson, signature } from '../../aws-request.ts';

const file = fileURLToPath(new URL('functions.fixture.mjs', import.meta.url));
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.close());
beforeEach(() => sandbox.reset());

const fileFunction = (exported: string, options: Partial<FileFunction> = {}) =>
  sandbox.functions.register('subject', { file, export: exported, ...options });

describe('the Lambda API', () => {
  const lambda = (path: string, init: { method?: string; body?: string; headers?: Record<string, string> } = {}) =>
    fetch(`${sandbox.url}/2015-03-31/functions/${path}`, {
      ...init,
      headers: { authorization: signature('lambda'), ...init.headers },
    });

  it('invokes by name and by ARN', async () => {
    const arn = fileFunction('countCalls');

    const byName = await lambda('subject/invocations', { method: 'POST', body: '{}' });
    const byArn = await lambda(`${encodeURIComponent(arn)}/invocations`, { method: 'POST', body: '{}' });

    expect([(await readJson(byName)).calls, (await readJson(byArn)).calls]).toEqual([1, 2]);
    expect(byName.headers.get('x-amz-executed-version')).toBe('$LATEST');
  });

  it('marks the answer of a function that failed', async () => {
    fileFunction('fail');

    const response = await lambda('subject/invocations', { method: 'POST', body: '{}' });

    expect([response.status, response.headers.get('x-amz-function-error')]).toEqual([200, 'Unhandled']);
    expect(await response.json()).toMatchObject({ errorType: 'RangeError' });
  });

  it('does not wait for an Event, and does not run a DryRun', async () => {
    fileFunction('countCalls');

    const dryRun = await lambda('subject/invocations', {
      method: 'POST',
      headers: { 'x-amz-invocation-type': 'DryRun' },
    });
    const event = await lambda('subject/invocations', {
      method: 'POST',
      headers: { 'x-amz-invocation-type': 'Event' },
    });

    expect([dryRun.status, event.status]).toEqual([204, 202]);
    await expect.poll(() => sandbox.functions.invocations('subject').length).toBe(1);
  });

  it('describes a function', async () => {
    const arn = fileFunction('countCalls', { timeoutSeconds: 12 });

    const { Configuration } = await readJson(await lambda('subject'));

    expect(Configuration).toMatchObject({ FunctionName: 'subject', FunctionArn: arn, Timeout: 12, State: 'Active' });
  });

  it.each(['nope', 'nope/invocations'])('does not know %s', async (path) => {
    const response = await lambda(path, path.includes('/') ? { method: 'POST', body: '{}' } : {});

    expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([404, 'ResourceNotFoundException']);
    expect(await response.json()).toEqual({
      Type: 'User',
      Message: 'Function not found: arn:aws:lambda:us-east-1:123456789012:function:nope',
    });
  });

  it.each([
    ['GET', ''],
    ['GET', '/configuration'],
    ['POST', '/invocations'],
  ])('reaches no function of another region: %s %s', async (method, part) => {
    fileFunction('countCalls');
    const there = encodeURIComponent('arn:aws:lambda:eu-west-1:123456789012:function:subject');

    const response = await lambda(there + part, { method });

    expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([404, 'ResourceNotFoundException']);
    expect(await response.json()).toEqual({
      Type: 'User',
      Message: "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')",
    });
    expect(sandbox.functions.invocations('subject')).toEqual([]);
  });

  it('refuses an event that is not JSON', async () => {
    fileFunction('countCalls');

    const response = await lambda('subject/invocations', { method: 'POST', body: '{' });

    expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([
      400,
      'InvalidRequestContentException',
    ]);
  });
});
