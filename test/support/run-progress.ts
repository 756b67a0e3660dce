import type { Reporter, TestCase } from 'vitest/node';

const EVERY_MS = 30_000;

/** How far a run is, a line now and then: for who waits where no terminal shows it. */
export function progressReporter(say: (line: string) => void = console.log): Reporter {
  const count = { passed: 0, failed: 0, skipped: 0, pending: 0 };
  let files = 0;
  let ended = 0;
  let clock: NodeJS.Timeout | undefined;
  return {
    onTestRunStart(specifications) {
      files = specifications.length;
      const started = performance.now();
      clock = setInterval(() => {
        const seconds = Math.round((performance.now() - started) / 1000);
        say(`${seconds} s: ${count.passed} passed, ${count.failed} failed so far; ${ended} of ${files} files`);
      }, EVERY_MS);
    },
    onTestCaseResult(test: TestCase) {
      count[test.result().state] += 1;
    },
    onTestModuleEnd() {
      ended += 1;
    },
    onTestRunEnd() {
      clearInterval(clock);
    },
  };
}
