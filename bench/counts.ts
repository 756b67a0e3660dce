/** What a rotation costs on any machine, as it is checked in: bench/counts/<engine>.json. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { RotationFigures } from './rotations.ts';

/** By the names of the figures; for people, too. */
export const countedFigures = {
  calls: 'Secrets Manager calls',
  roundTrips: 'round trips',
  logins: 'logins',
  refusedLogins: 'refused logins',
  statements: 'statements',
} as const;

export type Counts = Readonly<Partial<Record<keyof typeof countedFigures, number>>>;
/** By engine and strategy. */
export type CheckedIn = Readonly<Record<string, Readonly<Record<string, Counts>>>>;

export const countsFolder = new URL('counts/', import.meta.url);

export const readCounts = (from = countsFolder): CheckedIn =>
  Object.fromEntries(
    readdirSync(from).map((file) => [
      file.replace(/\.json$/, ''),
      JSON.parse(readFileSync(new URL(file, from), 'utf8')),
    ]),
  );

/** Of engines that were not measured, what was there before stays. */
export function renewCounts(all: readonly RotationFigures[], to = countsFolder): void {
  const renewed: Record<string, Record<string, Counts>> = {};
  for (const figures of all) {
    const { [figures.engine]: ofEngine = {} } = renewed;
    ofEngine[figures.strategy] = larger(ofEngine[figures.strategy] ?? {}, figures);
    renewed[figures.engine] = ofEngine;
  }
  for (const [engine, counts] of Object.entries(renewed)) {
    writeFileSync(new URL(`${engine}.json`, to), `${JSON.stringify(counts, null, 2)}\n`);
  }
}

function larger(one: Counts, other: Counts): Counts {
  const names = Object.keys(countedFigures) as (keyof typeof countedFigures)[];
  return Object.fromEntries(
    names.flatMap((name) => {
      const values = [one[name], other[name]].filter((value) => value !== undefined);
      return values.length > 0 ? [[name, Math.max(...values)]] : [];
    }),
  );
}
