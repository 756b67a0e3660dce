import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { readCounts, renewCounts } from '../../bench/counts.ts';
import { measure } from '../../bench/measure.ts';
import { report } from '../../bench/report.ts';
import type { RotationFigures } from '../../bench/rotations.ts';
import { roundTrips } from '../../bench/round-trips.ts';
import { engineNames, loadEngine } from '../../demo/engine.ts';
import { strategies } from '../../demo/strategies.ts';

it.each(engineNames())(
  'the counts of %s that are checked in are those of its strategies, and no more calls',
  async (name) => {
    const counts = readCounts()[name] ?? {};

    const { strategies: own } = await loadEngine(name);
    expect(Object.keys(counts).sort()).toEqual([...own].sort());
    for (const strategy of own) {
      const { calls, logins } = strategies[strategy];
      expect(counts[strategy]).toMatchObject({ calls, logins, refusedLogins: 0 });
    }
  },
);

it('renewed counts are the most of what was measured, and leave other engines alone', () => {
  const folder = folderWith({ mysql: { 'single-user': { calls: 1 } }, postgres: { gone: { calls: 1 } } });
  const figures = (counts: object) => ({ engine: 'postgres', strategy: 'single-user', ...counts }) as RotationFigures;

  renewCounts([figures({ calls: 10, statements: 9 }), figures({ calls: 9, statements: 12, roundTrips: 7 })], folder);

  expect(readCounts(folder)).toEqual({
    mysql: { 'single-user': { calls: 1 } },
    postgres: { 'single-user': { calls: 10, roundTrips: 7, statements: 12 } },
  });
});

it('counts that were renewed are what the same run is judged by', async () => {
  const counts = folderWith({ documentdb: { 'single-user': { calls: 99 } } });
  const alone = { alone: 0, watched: 0 };

  const figures = await measure({
    engines: ['documentdb'],
    modes: ['warm'],
    delays: [0],
    plan: { rounds: { warm: alone, cold: alone }, imports: 0 },
    counts,
    renews: true,
    signal: new AbortController().signal,
    progress: () => {},
  });

  expect(readCounts(counts).documentdb?.['single-user']?.calls).toBe(10);
  expect(figures.rows[0]).toMatchObject({ value: 10, target: 10, met: true });
  expect(report(figures)).not.toContain('--renew');
});

it.each([
  ['one after the other', [0, 30, 60], 3],
  ['all at once', [0, 1, 5], 1],
  ['two at once, then one', [0, 2, 33], 2],
  ['none', [], 0],
])('calls that are made %s are waited for so often', (_, starts, expected) => {
  const trips = roundTrips(starts.map((startedAt) => ({ startedAt, durationMs: 30 })));

  expect(trips).toBe(expected);
});

function folderWith(counts: Readonly<Record<string, object>>): URL {
  const folder = mkdtempSync(join(tmpdir(), 'rekey-counts-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [engine, own] of Object.entries(counts)) {
    writeFileSync(join(folder, `${engine}.json`), JSON.stringify(own));
  }
  return pathToFileURL(`${folder}/`);
}
