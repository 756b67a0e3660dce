/** Rollbacks of parameters, end to end: the packaged functions, asked by a person, and a real PostgreSQL server. */
import { afterAll, describe, expect, it } from 'vitest';
import { parameterHouse } from '../support/parameter-house.ts';

const { house, planted, current, messages, close } = await parameterHouse();
afterAll(close);

describe('a parameter', () => {
  it('is rolled back when a person asks for that: the password from before opens again, and only that', async () => {
    const { store, rotate, before } = await planted();
    await rotate();
    const rotated = await current(store);

    const outcome = await rotate({ rekey: 'rollback', Token: 'back' });
    const again = await rotate({ rekey: 'rollback', Token: 'back' });

    const answer = { Parameter: store.secretId, Token: 'back' };
    expect(outcome).toEqual({ ok: true, payload: { ...answer, Outcome: 'rolled back' } });
    expect(again).toEqual({ ok: true, payload: { ...answer, Outcome: 'this rotation is complete' } });
    expect([await house.opens(before), await house.opens(rotated)]).toEqual([true, false]);
    expect(await current(store)).toEqual(before);
    expect(messages(store).map(({ subject, body }) => [subject, body.action])).toEqual([
      [expect.stringContaining('was rotated'), undefined],
      [expect.stringContaining('was rolled back'), 'rollback'],
    ]);
  });

  it('that was never rotated is not rolled back, and the person is answered why', async () => {
    const { store, rotate, before } = await planted();

    const outcome = await rotate({ rekey: 'rollback' });

    expect(outcome).toMatchObject({ ok: true, payload: { outcome: 'failed', error: { code: 'PREVIOUS_UNUSABLE' } } });
    expect([await current(store), await house.opens(before)]).toEqual([before, true]);
  });

  it('whose value from before can never come back is rotated by the next schedule all the same', async () => {
    const { store, rotate, before } = await planted();
    for (const value of [{ ...before, host: 'elsewhere.example' }, before])
      await store.putCurrent(JSON.stringify(value));

    const undone = await rotate({ rekey: 'rollback', Token: 'back' });
    const next = await rotate();

    expect(undone).toMatchObject({
      payload: { outcome: 'failed', error: { code: 'TARGET_MISMATCH', retryable: false } },
    });
    expect(next).toMatchObject({ ok: true, payload: { Outcome: 'rotated' } });
    expect([await house.opens(before), await house.opens(await current(store))]).toEqual([false, true]);
  });
});
