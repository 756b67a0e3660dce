import { afterEach, expect, it, vi } from 'vitest';
import type { TestCase, TestModule, TestSpecification } from 'vitest/node';
import { progressReporter } from './run-progress.ts';

afterEach(() => {
  vi.useRealTimers();
});

it('a run without a terminal says every half a minute how far it is, until it ends', () => {
  vi.useFakeTimers();
  const said: string[] = [];
  const reporter = progressReporter((line) => said.push(line));
  const result = (state: string) => ({ result: () => ({ state }) }) as TestCase;

  reporter.onTestRunStart?.([{}, {}, {}] as TestSpecification[]);
  for (const state of ['passed', 'passed', 'failed', 'skipped']) reporter.onTestCaseResult?.(result(state));
  reporter.onTestModuleEnd?.({} as TestModule);
  vi.advanceTimersByTime(30_000);
  reporter.onTestCaseResult?.(result('passed'));
  vi.advanceTimersByTime(30_000);
  reporter.onTestRunEnd?.([], [], 'passed');
  vi.advanceTimersByTime(60_000);

  expect(said).toEqual([
    '30 s: 2 passed, 1 failed so far; 1 of 3 files',
    '60 s: 3 passed, 1 failed so far; 1 of 3 files',
  ]);
});
