import { afterEach, expect, it, vi } from 'vitest';
import type { TestCase, TestModule, TestSpecification } from 'vitest/node';
import { progressReporter } from './run-progress.ts';

afterEach(() => {
  vi.useRealTimers();
});

it('a run without a terminal says every half a minute how far it is, until it ends', async () => {
  vi.useFakeTimers();
  const said: string[] = [];
  const reporter = progressReporter((line) => said.push(line));
  const result = (state: string) => ({ result: () => ({ state }) }) as TestCase;

  await reporter.onTestRunStart?.([{}, {}, {}] as TestSpecification[]);
  for (const state of ['passed', 'passed', 'failed', 'skipped']) await reporter.onTestCaseResult?.(result(state));
  await reporter.onTestModuleEnd?.({} as TestModule);
  vi.advanceTimersByTime(30_000);
  await reporter.onTestCaseResult?.(result('passed'));
  vi.advanceTimersByTime(30_000);
  await reporter.onTestRunEnd?.([], [], 'passed');
  vi.advanceTimersByTime(60_000);

  expect(said).toEqual([
    '30 s: 2 passed, 1 failed so far; 1 of 3 files',
    '60 s: 3 passed, 1 failed so far; 1 of 3 files',
  ]);
});
