import type { BaselineEngine } from '../local/demo/baseline.ts';
import { strategies } from '../local/demo/strategies.ts';
import type { InitFigures } from './bundles.ts';
import type { RotationFigures } from './rotations.ts';
import type { Spread } from './statistics.ts';

/** One line of the table: what was measured, what it shall be, and what AWS's templates need. */
export interface Row {
  readonly group: string;
  readonly figure: string;
  readonly value: number;
  /** Where `value` is the median of several. */
  readonly spread?: Spread;
  readonly unit?: 'ms' | 'kB';
  readonly target?: number;
  /** With a limit that `value` must stay under, not one that it may reach. */
  readonly isBelow?: boolean;
  readonly met?: boolean;
  /** Depends on the machine and its mood: shown, but no reason to fail. */
  readonly isTiming: boolean;
  readonly baseline?: number;
  /** `value` as a part of `baseline`. */
  readonly ratio?: number;
}

type Draft = Omit<Row, 'met' | 'ratio' | 'isTiming'> & { readonly isTiming?: boolean };

/** In kB. The drivers of the others are bigger. */
const largestZip: Readonly<Record<string, number>> = { postgres: 200 };
const largestOtherZip = 600;

export function rotationRows(figures: RotationFigures, theirs: BaselineEngine | undefined): Row[] {
  const { engine, strategy, mode } = figures;
  const { calls, logins, hasOutage } = strategies[strategy];
  const group = `${engine}, ${strategy}, ${mode}`;
  const all = theirs?.[strategy];
  const times = all?.[mode];
  return [
    row({ group, figure: 'Secrets Manager calls', value: figures.calls, target: calls }, all?.calls),
    ...(figures.logins === undefined
      ? []
      : [row({ group, figure: 'logins', value: figures.logins, target: logins }, all?.logins)]),
    row({ group, figure: 'refused logins', value: figures.refusedLogins, target: 0 }, all?.refusedLogins),
    row({ group, figure: 'rotation', ...middle(figures.rotationMs) }, times?.rotationMs),
    row({ group, figure: 'first rotation', value: figures.firstMs, unit: 'ms', isTiming: true }),
    row(
      hasOutage
        ? { group, figure: 'outage', ...middle(figures.outageMs), target: 50, isBelow: true }
        : { group, figure: 'outage, longest', value: figures.outageMs.max, unit: 'ms', target: 0 },
      times?.outageMs,
    ),
    row(
      hasOutage
        ? { group, figure: 'client refused', value: figures.clientRefused.median, spread: figures.clientRefused }
        : { group, figure: 'client refused, most', value: figures.clientRefused.max, target: 0 },
      times?.clientRefused,
    ),
    row({ group, figure: 'other client failures', value: figures.clientFailed, target: 0 }),
  ];
}

export function bundleRows(
  { bundles, emptyMs }: InitFigures,
  baselines: Readonly<Record<string, BaselineEngine>>,
): Row[] {
  // The target is for a machine that imports an empty module in 3 to 4 ms. On a slower one, a miss proves nothing.
  const isComparable = emptyMs.median <= 4;
  return bundles.flatMap(({ name, zipBytes, initMs }) => {
    const group = `bundle ${name}`;
    const theirs = baselines[name]?.bundle;
    return [
      row(
        {
          group,
          figure: 'zip',
          value: zipBytes / 1000,
          unit: 'kB',
          target: largestZip[name] ?? largestOtherZip,
          isBelow: true,
        },
        theirs && theirs.zipBytes / 1000,
      ),
      judgedIf(
        isComparable || initMs.median < 60,
        row({ group, figure: 'init', ...middle(initMs), target: 60, isBelow: true }, theirs?.initMs),
      ),
      row({ group, figure: 'init, empty module', ...middle(emptyMs) }),
    ];
  });
}

function judgedIf(isFair: boolean, { met, ...row }: Row): Row {
  return isFair && met !== undefined ? { ...row, met } : row;
}

function middle(spread: Spread) {
  return { value: spread.median, spread, isTiming: true, unit: 'ms' } as const;
}

function row(draft: Draft, baseline?: number): Row {
  const { value, target, isBelow, isTiming = false } = draft;
  const met = target === undefined ? undefined : isBelow ? value < target : value <= target;
  return {
    ...draft,
    isTiming,
    ...(met !== undefined && { met }),
    ...(baseline !== undefined && { baseline }),
    ...(baseline && { ratio: value / baseline }),
  };
}

/** Targets that do not depend on the machine, and were missed all the same. */
export function failures(rows: readonly Row[]): readonly Row[] {
  return rows.filter(({ met, isTiming }) => met === false && !isTiming);
}
