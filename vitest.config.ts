import { randomInt } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';
import { leftOut } from './test/support/left-out.ts';
import { LongFirst } from './test/support/long-first.ts';
import { measureSlowness } from './test/support/patience.ts';
import { summaryReporter } from './test/support/reporter.ts';
import { progressReporter } from './test/support/run-progress.ts';

const announcements = join(tmpdir(), `rekey-announcements-${process.pid}.jsonl`);
const summary = process.env.REKEY_SUMMARY;
const slowness = measureSlowness();
const seed = process.env.REKEY_SEED ?? String(randomInt(2 ** 31));
const left = leftOut(process.argv.slice(2), seed, process.env.REKEY_MATRIX);
// What Node compiled once, workers and the commands that tests run need not compile again.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('.cache/compiled', import.meta.url));

// Vitest reads its configuration from a default export.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...left],
    // Suites start servers and child processes, so they get processes of their own, but no more than a small machine can feed: two more
    // than it has cores, for a third of the time they wait.
    pool: 'forks',
    maxWorkers: 4,
    // A process for every file takes 35 s more of a processor for the 189 short ones alone. What a file leaves behind, test/support/afresh.ts takes away.
    isolate: false,
    setupFiles: ['test/support/afresh.ts'],
    sequence: { sequencer: LongFirst },
    // Nothing that works takes so long where the machine is quiet. Tests set no limits of their own, but by patience().
    testTimeout: 60_000 * slowness,
    hookTimeout: 60_000 * slowness,
    expect: { poll: { timeout: 20_000 * slowness } },
    env: {
      REKEY_ANNOUNCEMENTS: announcements,
      REKEY_SLOWNESS: String(slowness),
      REKEY_SEED: seed,
      REKEY_BY_NAME: process.argv.some((given) => /^(-t|--testNamePattern)/.test(given)) ? '1' : '',
    },
    reporters: [
      'default',
      ...(process.stdout.isTTY ? [] : [progressReporter()]),
      summaryReporter({ announcements, summary }, [
        `time limits: ${slowness.toFixed(1)} times the usual ones, by how long Node took to start`,
        ...(left.length === 0
          ? []
          : [
              `strategies on servers: ${left.length} suites are left to npm run test:all; this seed plays the same ones again`,
            ]),
        `rotations on servers killed at some calls: REKEY_SEED=${seed} kills there again, npm run test:all at every call`,
      ]),
    ],
    coverage: { provider: 'v8', include: ['shared/**'], reportsDirectory: 'coverage' },
  },
});
