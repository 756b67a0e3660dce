import { describe, expect, it } from 'vitest';
import type { SecretFacts } from '../../cli/condition.ts';
import { executionName, orderOf } from '../../cli/in-cloud/order.ts';

describe('an order', () => {
  const secrets = (count: number, length: number): SecretFacts[] =>
    Array.from({ length: count }, (_, at) => ({
      name: `${at}`.padStart(length, 'n'),
      arn: 'arn',
      labels: { v: ['AWSCURRENT'] },
      rotates: true,
      windowMs: 1,
    }));
  const pace = { canary: 1, concurrency: 50 };

  it('holds 10,000 names of 20 letters in what Step Functions takes, and says what does not fit', () => {
    const fits = orderOf(secrets(10_000, 20), pace);
    const over = orderOf(secrets(10_000, 40), pace);

    expect([fits.secrets.length, fits.left.length]).toEqual([10_000, 0]);
    expect(Buffer.byteLength(over.input)).toBeLessThanOrEqual(256 * 1024);
    expect(over.secrets.length).toBeGreaterThan(6_000);
    expect([...over.secrets, ...over.left]).toEqual(secrets(10_000, 40));
  });

  it('is one wave where there is no canary, or nothing but canaries', () => {
    for (const canary of [0, 2, 3]) {
      expect(JSON.parse(orderOf(secrets(2, 1), { canary, concurrency: 1 }).input)).toMatchObject({
        names: ['0', '1'],
        rest: [],
      });
    }
  });

  it('has another name once a secret has changed', () => {
    const before = orderOf(secrets(2, 1), pace);
    const after = { ...before, secrets: before.secrets.map((one) => ({ ...one, labels: { w: ['AWSCURRENT'] } })) };

    expect(executionName(before, 0)).toBe(executionName(orderOf(secrets(2, 1), pace), 0));
    expect(executionName(after as never, 0)).not.toBe(executionName(before, 0));
    expect(executionName(before, 1)).not.toBe(executionName(before, 0));
  });
});
