import { afterAll, describe, expect, it, vi } from 'vitest';
import { singleUserStrategy } from '../../../shared/databases/strategies/single-user.ts';
import { handler } from '../../../shared/lambda/handler.ts';
import { signalOf } from '../../../shared/lambda/running.ts';
import { parseSecretEvent } from '../../../shared/lambda/secret-event.ts';
import { rotationStack } from '../../../shared/lambda/stack.ts';
import { InvalidSecretError } from '../../../shared/rotation/errors.ts';
import { memoryEngine, memoryServer } from '../../support/memory-engine.ts';

const lines: string[] = [];
const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
afterAll(() => spy.mockRestore());
const rotate = handler(singleUserStrategy(memoryEngine(memoryServer())));
const event = { Step: 'createSecret', SecretId: 'x', ClientRequestToken: 'y' };

it('ends with what kept it, where its own deadline is far', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:1');
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');

  const refused = rotate(event, { getRemainingTimeInMillis: () => 30_000 } as never);

  await expect(refused).rejects.toMatchObject({ name: 'UnreachableError' });
});

it.each([3000.5, 3001, 30_000.7])('has a deadline of its own when %f ms are left', (left) => {
  const lasts = vi.spyOn(AbortSignal, 'timeout');

  expect(signalOf({ getRemainingTimeInMillis: () => left }).aborted).toBe(false);
  const [[ms = 0] = []] = lasts.mock.calls;
  expect([Number.isInteger(ms), ms > left / 3, ms < left]).toEqual([true, true, true]);
});

it('needs no context, and says one line of JSON about a failure', async () => {
  lines.length = 0;

  await expect(rotate({ Step: 'createSecret' }, undefined as never)).rejects.toMatchObject({ code: 'INVALID_EVENT' });

  const failures = lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 'ERROR');
  expect(failures).toEqual([
    expect.objectContaining({
      code: 'INVALID_EVENT',
      type: 'InvalidEventError',
      strategy: 'single-user',
      system: 'memory',
    }),
  ]);
});

it('takes two arguments, since Node 24 on Lambda refuses handlers with a callback', () => {
  expect(rotate).toHaveLength(2);
});

it('counts failures in a row: a step that has passed between begins anew', async () => {
  lines.length = 0;
  let fails = true;
  const step = rotationStack(singleUserStrategy(memoryEngine(memoryServer())), () => ({
    parse: parseSecretEvent,
    run: async () => {
      if (fails) throw new InvalidSecretError('it is wrong', { hint: 'mend it' });
    },
  }));
  const invoke = () => step(event, { awsRequestId: 'id' } as never).catch(() => {});

  await invoke();
  await invoke();
  fails = false;
  await invoke();
  fails = true;
  await invoke();

  expect(
    lines.map((line) => JSON.parse(line)).flatMap(({ attempt, durationMs }) => attempt ?? typeof durationMs),
  ).toEqual([1, 2, 'number', 1]);
});

it('and so does one that led to the next step in the same invocation', async () => {
  lines.length = 0;
  const wrong = new InvalidSecretError('it is wrong', { hint: 'mend it' });
  const versions = { describe: () => Promise.reject(wrong) } as never;
  let leads = false;
  const begin = rotationStack(singleUserStrategy(memoryEngine(memoryServer())), () => ({
    parse: (given) => parseSecretEvent({ ...(given as typeof event), Step: 'begin', ClientRequestToken: 'z' }),
    run(given, running) {
      if (!leads) throw wrong;
      return running.step({ ...given, step: 'createSecret' }, versions, {});
    },
  }));
  const invoke = () => begin(event, { awsRequestId: 'id' } as never).catch(() => {});

  for (leads of [false, false, true, true, false]) await invoke();

  const failures = lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 'ERROR');
  expect(failures.map(({ step, attempt }) => [step, attempt])).toEqual([
    ['begin', 1],
    ['begin', 2],
    ['createSecret', 1],
    ['createSecret', 2],
    ['begin', 1],
  ]);
});

describe('an event', () => {
  const about = (event: unknown) =>
    rotate(event, { awsRequestId: 'id' } as never).then(
      () => expect.fail('it did not fail'),
      (error: { hint: string }) => error,
    );

  it.each([
    ['a step without a secret', { Step: 'createSecret' }, 'field SecretId'],
    ['a secret without a step', { SecretId: 'x' }, 'field Step'],
    ['a parameter that is no name', { Parameter: 7 }, 'field Parameter'],
    ['a parameter with a step of Secrets Manager', { Parameter: 'x', Step: 'createSecret' }, 'field Step'],
    ['a parameter with a postponement that is no number', { Parameter: 'x', Postponed: 'once' }, 'field Postponed'],
    ['nothing', null, 'not an object'],
    ['a text', 'rotate', 'not an object'],
    ['neither', { Token: 'y' }, 'neither a secret nor a parameter'],
    ['neither, since null is nobody', { Parameter: null, Token: 'y' }, 'neither a secret nor a parameter'],
    ['both', { ...event, Parameter: 'x' }, 'a secret and a parameter'],
  ])('that names %s is INVALID_EVENT, and the hint names both kinds', async (_, given, told) => {
    const error = await about(given);

    expect(error).toMatchObject({ code: 'INVALID_EVENT', fact: expect.stringContaining(told) });
    expect(error.hint).toMatch(/SecretId.*Parameter/);
  });

  it.each([
    ['what nobody knows', { rekey: 'revoke-all', SecretId: 'x' }, 'field rekey'],
    ['no version', { rekey: 'revoke-previous', SecretId: 'x', Current: 'y' }, 'field Previous'],
  ])('that asks for %s is INVALID_EVENT, and the hint says what can be asked', async (_, given, told) => {
    const error = await about(given);

    expect(error).toMatchObject({ code: 'INVALID_EVENT', fact: expect.stringContaining(told) });
    expect(error.hint).toContain('"revoke-previous"');
  });

  it('that asks what a rotation would find is answered, also when nothing can be looked at', async () => {
    vi.stubEnv('NOTIFICATION_TOPIC_ARN', 'arn:aws:sns:eu-west-1:123456789012:rekey');

    const answer = await rotate({ rekey: 'doctor', SecretId: 'x' }, { awsRequestId: 'id' } as never);

    vi.stubEnv('NOTIFICATION_TOPIC_ARN', undefined);
    expect(answer).toMatchObject({
      outcome: 'looked',
      checks: [
        { check: 'read', ok: false, code: 'UNREACHABLE_TCP' },
        { check: 'topic', ok: null, fact: 'arn:aws:sns:eu-west-1:123456789012:rekey was not tried' },
      ],
    });
  });

  it('that a person sent is answered when what it asks for fails', async () => {
    const asked = { rekey: 'revoke-previous', SecretId: 'x', Current: 'y', Previous: 'z' };

    const answer = await rotate(asked, { awsRequestId: 'id' } as never);

    expect(answer).toEqual({
      outcome: 'failed',
      working: 'AWSCURRENT',
      error: {
        type: 'UnreachableError',
        code: 'UNREACHABLE_TCP',
        fact: expect.stringContaining('DescribeSecret of x'),
        hint: expect.any(String),
        retryable: true,
      },
    });
  });

  it.each([
    ['a secret', event, 'DescribeSecret of x'],
    ['a parameter', { Parameter: 'x' }, 'x, step begin: GetParameter'],
  ])('about %s asks its own store', async (_, given, told) => {
    const error = await about(given);

    expect(error).toMatchObject({ name: 'UnreachableError', message: expect.stringContaining(told) });
  });
});
