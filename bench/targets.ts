import { strategies } from '../demo/strategies.ts';
import type { InitFigures } from './bundles.ts';
import { type CheckedIn, countedFigures } from './counts.ts';
import type { RotationFigures } from './rotations.ts';
import type { Spread } from './statistics.ts';

/** One line of a table: what was measured, what it shall be, and what is beside it. */
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
  /** The target is one of `ratio`. */
  readonly isOfRatio?: boolean;
  readonly met?: boolean;
  /** Depends on the machine and its mood: shown, but no reason to fail. */
  readonly isTiming: boolean;
  /** Measured in the same run: the floor, or AWS's template. */
  readonly beside?: number;
  /** `value` as a part of `beside`. */
  readonly ratio?: number;
}

type Draft = Omit<Row, 'met' | 'ratio' | 'isTiming'> & { readonly isTiming?: boolean };

/** In kB. The drivers of the others are bigger. */
const largestZip: Readonly<Record<string, number>> = { postgres: 200 };
const largestOtherZip = 600;

/** Beside times stands the floor: as many bare calls and logins, one after the other, as the rotation has waited for. */
export function rotationRows(figures: RotationFigures, checkedIn: CheckedIn): Row[] {
  const { engine, strategy, rotationMs, outageMs } = figures;
  return [
    ...countRows(figures, checkedIn[engine]?.[strategy]),
    ...(rotationMs.n > 0 ? timeRows(figures) : []),
    ...(outageMs.n > 0 ? outageRows(figures) : []),
  ];
}

function timeRows(figures: RotationFigures): Row[] {
  const { roundTrips, logins, floor, rotationMs, firstMs } = figures;
  const group = groupOf(figures);
  const least = logins === undefined ? undefined : roundTrips * floor.callMs + logins * floor.loginMs;
  return [
    row({ group, figure: 'rotation', ...middle(rotationMs) }, least),
    row({ group, figure: 'first rotation', value: firstMs, unit: 'ms', isTiming: true }, least),
  ];
}

function outageRows(figures: RotationFigures): Row[] {
  const { strategy, floor, outageMs, clientRefused, clientFailed } = figures;
  const group = groupOf(figures);
  const others = row({ group, figure: 'other client failures', value: clientFailed, target: 0 });
  if (!strategies[strategy].hasOutage) {
    return [
      row({ group, figure: 'outage, longest', value: outageMs.max, unit: 'ms', target: 0 }),
      row({ group, figure: 'client refused, most', value: clientRefused.max, target: 0 }),
      others,
    ];
  }
  const least = floor.callMs + floor.loginMs;
  return [
    row({ group, figure: 'outage', ...middle(outageMs), target: 50, isBelow: true }, least),
    row({ group, figure: 'client refused', value: clientRefused.median, spread: clientRefused }),
    others,
  ];
}

export const groupOf = ({ engine, strategy, mode, delayMs }: RotationFigures): string =>
  `${engine}, ${strategy}, ${mode}${delayMs > 0 ? `, calls ${delayMs} ms slower` : ''}`;

/** The target is what is checked in; for what is not, there is none. */
function countRows(figures: RotationFigures, counts: CheckedIn[string][string] = {}): Row[] {
  const names = Object.keys(countedFigures) as (keyof typeof countedFigures)[];
  return names.flatMap((name) => {
    const { [name]: value } = figures;
    const { [name]: target } = counts;
    if (value === undefined) return [];
    return row({
      group: groupOf(figures),
      figure: countedFigures[name],
      value,
      ...(target !== undefined && { target }),
    });
  });
}

export function bundleRows({ bundles, emptyMs }: InitFigures): Row[] {
  // The target is for a machine that imports an empty module in 3 to 4 ms. On a slower one, a miss proves nothing.
  const isComparable = emptyMs.median <= 4;
  return bundles.flatMap(({ name, zipBytes, initMs }) => {
    const group = `bundle ${name}`;
    const target = largestZip[name] ?? largestOtherZip;
    return [
      row({ group, figure: 'zip', value: zipBytes / 1000, unit: 'kB', target, isBelow: true }),
      judgedIf(
        isComparable || initMs.median < 60,
        row({ group, figure: 'init', ...middle(initMs), target: 60, isBelow: true }, emptyMs.median),
      ),
    ];
  });
}

function judgedIf(isFair: boolean, { met, ...row }: Row): Row {
  return isFair && met !== undefined ? { ...row, met } : row;
}

export function middle(spread: Spread) {
  return { value: spread.median, spread, isTiming: true, unit: 'ms' } as const;
}

export function row(draft: Draft, beside?: number): Row {
  const { value, target, isBelow, isOfRatio, isTiming = false } = draft;
  const ratio = beside ? value / beside : undefined;
  const judged = isOfRatio ? ratio : value;
  const met = target === undefined || judged === undefined ? undefined : isBelow ? judged < target : judged <= target;
  return {
    ...draft,
    isTiming,
    ...(met !== undefined && { met }),
    ...(beside !== undefined && { beside }),
    ...(ratio !== undefined && { ratio }),
  };
}

/** Targets that do not depend on the machine, and were missed all the same. */
export function failures(rows: readonly Row[]): readonly Row[] {
  return rows.filter(({ met, isTiming }) => met === false && !isTiming);
}
