/** Tests of a suite that do not hold for one of its subjects: skipped with the reason in their name, never passed over in silence. */
import { expect, it } from 'vitest';

export interface Skip {
  readonly test: string;
  readonly reason: string;
}

export interface SkippingTests {
  /** Like vitest's `it`, unless the test is to be skipped. */
  test(name: string, body: () => Promise<void>): void;
  /** Call it last: it fails when a skip named no test. */
  testSkips(subject: string): void;
}

export function skippingTests(skips: readonly Skip[]): SkippingTests {
  const unused = new Set(skips.map(({ test }) => test));
  return {
    test(name, body) {
      const skipped = skips.find(({ test }) => test === name);
      unused.delete(name);
      if (skipped === undefined) it(name, body);
      else it.skip(`${name} (${skipped.reason})`, body);
    },
    testSkips(subject) {
      it(`${subject}: every skip names a test that exists`, () => {
        expect([...unused]).toEqual([]);
      });
    },
  };
}
