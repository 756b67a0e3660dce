/** Our figures beside those of AWS's templates, of the same run. */
import { strategies } from '../demo/strategies.ts';
import { countedFigures } from './counts.ts';
import type { RotationFigures } from './rotations.ts';
import { groupOf, middle, type Row, row } from './targets.ts';

/** What part of the template's time a rotation shall take: https://github.com/aws-samples/aws-secrets-manager-rotation-lambdas */
const largestRotation = {
  warm: (hasOutage: boolean) => (hasOutage ? 0.5 : 0.65),
  cold: () => 0.45,
};
const largestOutage = { warm: 0.2, cold: 0.03 };

export function comparisonRows(ours: RotationFigures, theirs: RotationFigures): Row[] {
  const { mode, outageMs } = ours;
  const { hasOutage } = strategies[ours.strategy];
  const group = groupOf(ours);
  const names = Object.keys(countedFigures) as (keyof typeof countedFigures)[];
  const part = (target: number) => ({ target, isOfRatio: true });
  return [
    row(
      { group, figure: 'rotation', ...middle(ours.rotationMs), ...part(largestRotation[mode](hasOutage)) },
      theirs.rotationMs.median,
    ),
    row({ group, figure: 'first rotation', value: ours.firstMs, unit: 'ms', isTiming: true }, theirs.firstMs),
    ...(outageMs.n > 0 && hasOutage
      ? [row({ group, figure: 'outage', ...middle(outageMs), ...part(largestOutage[mode]) }, theirs.outageMs.median)]
      : []),
    ...names.flatMap((name) => {
      const { [name]: value } = ours;
      return value === undefined ? [] : [row({ group, figure: countedFigures[name], value }, theirs[name])];
    }),
  ];
}
