/** The label vectors as a Markdown table, for docs/architecture.md. */
import staging from '../vectors/staging-labels.json' with { type: 'json' };

interface Vector {
  readonly name: string;
  readonly labels: Readonly<Record<string, readonly string[]>>;
  readonly empty?: readonly string[];
  readonly step: string;
  readonly after?: Readonly<Record<string, readonly string[]>>;
  readonly code?: string;
}

/** Cells of each row, in the order of the vectors. */
export function vectorRows(): string[][] {
  return (staging.vectors as unknown as readonly Vector[]).map(({ name, labels, empty = [], step, after, code }) => [
    name,
    told(labels, empty),
    step,
    after === undefined ? (code ?? '') : told(after, []),
  ]);
}

function told(labels: Vector['labels'], empty: readonly string[]): string {
  return Object.entries(labels)
    .map(([version, all]) => `${version}: ${[...all].sort().join(' ')}${empty.includes(version) ? ' (no value)' : ''}`)
    .join('; ');
}
