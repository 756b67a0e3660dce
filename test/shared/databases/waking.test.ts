/** How long a server is waited for, and how often it is tried, whatever the clock says. */
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { CONNECT_MS } from '../../../shared/databases/reach.ts';
import { Unheard, untilAwake, type Why } from '../../../shared/databases/waking.ts';
import { UnreachableError } from '../../../shared/rotation/errors.ts';
import { testContext } from '../../support/context.ts';

const refusal = new UnreachableError('it did not answer', { code: 'UNREACHABLE_LOGIN', hint: 'look at it' });

const now = vi.spyOn(performance, 'now');
beforeEach(() => now.mockReset().mockReturnValue(0));
afterAll(() => now.mockRestore());

/** The answers of a server one after the other, the last one for ever. Neither they nor pauses take time. */
async function tried(answers: readonly Why[], given: Parameters<typeof testContext>[0] = {}) {
  const patience: number[] = [];
  const ctx = testContext({ pause: async () => {}, ...given });
  const error: unknown = await untilAwake(ctx, { host: 'db.test', port: 1 }, async (milliseconds) => {
    patience.push(milliseconds);
    throw new Unheard(refusal, answers[patience.length - 1] ?? answers.at(-1));
  }).catch((thrown) => thrown);
  const { code, hint } = error as UnreachableError;
  return { times: patience.length, given: patience, code, hint };
}

describe('a server that', () => {
  it('may be asleep is tried for 20 s, a second apart, also where a pause takes no time', async () => {
    const { times, given, hint } = await tried(['asleep']);

    expect(times).toBe(20);
    expect(given.slice(0, 3).map((milliseconds) => Math.round(milliseconds / 100) / 10)).toEqual([20, 19, 18]);
    expect(hint).toMatch(/^look at it; the server may be paused or starting: it was waited for \d+ s$/);
  });

  it('admits nobody is tried for a few seconds, and the error alone says what to do', async () => {
    expect(await tried(['admits nobody'])).toMatchObject({ times: 5, hint: 'look at it' });
  });

  it('was silent first and then admits nobody has these seconds from then on: it may have read its rules last', async () => {
    const silent = Array<Why>(8).fill('asleep');

    expect(await tried([...silent, 'admits nobody'])).toMatchObject({ times: 8 + 5, hint: 'look at it' });
  });

  it('is full is tried for a few seconds', async () => {
    const { times, hint } = await tried(['full']);

    expect(times).toBeGreaterThanOrEqual(3);
    expect(times).toBeLessThan(16);
    expect(hint).toContain('no place came free');
  });

  it('changes its answer gets no more than 20 s in all', async () => {
    const late = Array<Why>(17).fill('asleep');

    expect((await tried([...late, 'admits nobody'])).times).toBe(20);
  });
});

it('the time that a try takes counts', async () => {
  for (const seconds of [0, 7, 14, 18.6]) now.mockReturnValueOnce(seconds * 1000);

  const { times, given } = await tried(['asleep']);

  expect({ times, given }).toEqual({ times: 3, given: [20_000, 12_000, 5_000] });
});

it('is told at once where the server has answered in this step', async () => {
  expect(await tried(['asleep'], { awake: true })).toMatchObject({ times: 1, given: [CONNECT_MS], hint: 'look at it' });
});

describe('where the function has no time left,', () => {
  it('nothing is tried', async () => {
    expect(await tried(['asleep'], { signal: AbortSignal.abort() })).toMatchObject({
      times: 0,
      code: 'DEADLINE_EXCEEDED',
    });
  });

  it('what was seen of the server until then is told, and nothing more is tried', async () => {
    const abort = new AbortController();
    const pause = async () => {
      abort.abort();
      abort.signal.throwIfAborted();
    };

    const last = await tried(['asleep'], { pause, signal: abort.signal });

    expect(last).toMatchObject({
      times: 1,
      code: 'UNREACHABLE_LOGIN',
      hint: expect.stringContaining('may be paused or starting'),
    });
  });
});
