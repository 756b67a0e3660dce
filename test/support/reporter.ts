import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Reporter, TestModule, Vitest } from 'vitest/node';
import { type Announcement, required } from './servers.ts';

/** Prints which servers the run used and one line with its figures, last of all. The line also goes to the file `summary`, for scripts. */
export function summaryReporter(
  files: { announcements: string; summary: string | undefined },
  notes: readonly string[],
): Reporter {
  let vitest: Vitest | undefined;
  return {
    onInit(context) {
      vitest = context;
    },
    onTestRunStart() {
      rmSync(files.announcements, { force: true });
    },
    async onTestRunEnd(modules, unhandled) {
      const announcements = readAnnouncements(files.announcements);
      const absent = (await isWholeRun(vitest, modules))
        ? required().filter((name) => !announcements.some(({ engine }) => engine === name))
        : [];
      if (absent.length > 0) process.exitCode = 1;

      const summary = countLine(modules, unhandled.length + absent.length);
      if (files.summary !== undefined) writeFileSync(files.summary, `${summary}\n`);
      const lost = absent.map((engine) => `${engine}  required by REKEY_REQUIRE, but no suite spoke of it`);
      console.log([...table(announcements), ...lost, ...notes, summary].join('\n'));
    },
  };
}

function readAnnouncements(file: string): Announcement[] {
  if (!existsSync(file)) return [];
  const lines = new Set(readFileSync(file, 'utf8').trim().split('\n'));
  return [...lines].sort().map((line) => JSON.parse(line));
}

/** A run of some files only cannot be blamed for the servers that the others use. */
async function isWholeRun(vitest: Vitest | undefined, modules: readonly TestModule[]): Promise<boolean> {
  if (vitest === undefined || vitest.config.testNamePattern !== undefined) return false;
  return (await vitest.globTestSpecifications()).length === modules.length;
}

/** A file that cannot be loaded and an error outside any test count as failures, too. */
export function countLine(modules: readonly TestModule[], failedOutside: number): string {
  const count = { passed: 0, failed: failedOutside, skipped: 0, pending: 0 };
  for (const module of modules) {
    for (const test of module.children.allTests()) count[test.result().state] += 1;
    const suites = [module, ...module.children.allSuites()];
    count.failed += suites.reduce((sum, suite) => sum + suite.errors().length, 0);
  }
  return `${count.passed} passed, ${count.failed} failed, ${count.skipped + count.pending} skipped`;
}

function table(announcements: readonly Announcement[]): string[] {
  const rows = announcements.map((found) =>
    'version' in found ? [found.engine, found.version, found.server] : [found.engine, 'skipped', found.reason],
  );
  if (rows.length === 0) return [];
  const all = [['engine', 'version', 'server'], ...rows];
  const width = (column: number) => Math.max(...all.map((row) => row[column]?.length ?? 0));
  return all.map((row) => `${(row[0] ?? '').padEnd(width(0))}  ${(row[1] ?? '').padEnd(width(1))}  ${row[2]}`);
}
