import { spawnSync } from 'node:child_process';

/** What a quiet machine of two cores takes to start Node and load a client of AWS's. */
const USUAL_MS = 75;
const MOST = 6;

/**
 * How many times as long as usual things take here and now, 1 to 6: a machine that is slow, or busy with other work, gets so much more
 * time in each test. Measured where a run begins, which hands it to the tests.
 */
export function measureSlowness(): number {
  const took = Array.from({ length: 3 }, startUpMs).sort((a, b) => a - b);
  return Math.min(MOST, Math.max(1, (took[1] ?? 0) / USUAL_MS));
}

function startUpMs(): number {
  const started = performance.now();
  spawnSync(process.execPath, ['--input-type=module', '--eval', "await import('@aws-sdk/client-secrets-manager')"]);
  return performance.now() - started;
}

/** The time limit of a test that needs more than the usual one, which is that of vitest.config.ts. */
export function patience(ms: number): number {
  return ms * Number(process.env.REKEY_SLOWNESS ?? 1);
}
