/** What Redshift says to two transactions that change one user, and how long that is waited for. */
import { expect, it } from 'vitest';
import type { Connection } from '../../../../shared/databases/postgres/connection.ts';
import { repeatedly } from '../../../../shared/databases/redshift/repeatedly.ts';
import { DeadlineError } from '../../../../shared/rotation/errors.ts';

const conflict = () => Object.assign(new Error('refused'), { cause: { code: '40001' } });

function connection(pause: Connection['pause']): Connection {
  const query = async () => [];
  return {
    username: 'admin',
    kept: undefined,
    ping: async () => {},
    alone: async () => {},
    pause,
    transaction: (_, work) => work({ username: 'admin', query, ask: async () => [], inClear: async () => {} }, {}),
    close: async () => {},
  };
}

it('a transaction that is refused comes again after a pause, each time a longer one', async () => {
  const pauses: number[] = [];
  let refusals = 3;

  await repeatedly(
    connection(async (milliseconds) => void pauses.push(milliseconds)),
    async () => {
      if (refusals-- > 0) throw conflict();
    },
  );

  expect(pauses).toHaveLength(3);
  for (const [at, least] of [25, 50, 100].entries()) {
    expect(pauses[at]).toBeGreaterThanOrEqual(least);
    expect(pauses[at]).toBeLessThanOrEqual(least * 3);
  }
});

it('a pause ends when time is up, and nothing is tried again', async () => {
  let tries = 0;
  const outOfTime = new DeadlineError('no time left', { hint: 'give it more' });

  const ended = repeatedly(
    connection(() => Promise.reject(outOfTime)),
    async () => {
      tries++;
      throw conflict();
    },
  );

  await expect(ended).rejects.toBe(outOfTime);
  expect(tries).toBe(1);
});
