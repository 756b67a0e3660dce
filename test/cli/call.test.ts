import { describe, expect, it } from 'vitest';
import { call } from '../../cli/call.ts';

const never = (abort: { abortSignal: AbortSignal }) =>
  new Promise<never>((_, reject) => {
    abort.abortSignal.addEventListener('abort', () =>
      reject(Object.assign(new Error('aborted'), { name: 'AbortError' })),
    );
  });
const failing = (name: string) => async () => {
  throw Object.assign(new Error('the text of the service'), { name });
};
const signal = new AbortController().signal;

describe('a call', () => {
  it('has a deadline', async () => {
    const asked = call('ssm:DescribeParameters', undefined, { signal, deadlineMs: 20 }, never);

    await expect(asked).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      fact: 'DescribeParameters had no answer in 1 s',
    });
  });

  it('ends when the operator ends the command', async () => {
    const asked = call(
      'ssm:DescribeParameters',
      undefined,
      { signal: AbortSignal.abort(), deadlineMs: 60_000 },
      (abort) => (abort.abortSignal.aborted ? Promise.reject(new DOMException('gone', 'AbortError')) : never(abort)),
    );

    await expect(asked).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  it.each([
    ['CredentialsProviderError', /^sign in, or set AWS_PROFILE/],
    ['ExpiredTokenException', /^the credentials are wrong or have expired/],
    ['UnrecognizedClientException', /^the credentials are wrong or have expired/],
    [
      'AccessDeniedException',
      /^allow secretsmanager:DescribeSecret to the identity .*: {"Effect":"Allow","Action":"secretsmanager:DescribeSecret","Resource":"\*"}$/,
    ],
  ])('that ends in %s tells what to do', async (name, hint) => {
    const asked = call('secretsmanager:DescribeSecret', 'app', { signal, deadlineMs: 1000 }, failing(name));

    await expect(asked).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
      fact: `DescribeSecret of app is denied (${name})`,
      hint: expect.stringMatching(hint),
    });
  });

  it('never speaks of a function', async () => {
    const hints: string[] = [];
    for (const name of ['CredentialsProviderError', 'AbortError', 'TimeoutError', 'AccessDeniedException']) {
      await call('ssm:DescribeParameters', undefined, { signal, deadlineMs: 1000 }, failing(name)).catch((error) =>
        hints.push(error.message),
      );
    }

    expect(hints).toHaveLength(4);
    expect(hints.join()).not.toMatch(/\bfunction\b|\bVPC\b/);
  });
});
