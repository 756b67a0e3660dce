import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { summaryReporter } from './test/support/reporter.ts';

const announcements = join(tmpdir(), `rekey-announcements-${process.pid}.jsonl`);
const summary = process.env.REKEY_SUMMARY;

// Vitest reads its configuration from a default export.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Suites start servers and child processes, so they get processes of their own, but no more than a small machine can feed: one more
    // than it has cores at least, for a third of the time they wait.
    pool: 'forks',
    maxWorkers: 3,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    env: { REKEY_ANNOUNCEMENTS: announcements },
    reporters: ['default', summaryReporter({ announcements, summary })],
    coverage: { provider: 'v8', include: ['shared/**'], reportsDirectory: 'coverage' },
  },
});
