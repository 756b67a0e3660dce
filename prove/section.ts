/** A part of what `npm run prove` proves. */
import type { Explored, Found } from './explore.ts';

export interface Asked {
  /** A few seconds' worth. */
  readonly quick: boolean;
  /** Rows with this in their id; all have nothing in it. */
  readonly only: string;
  readonly seed: number;
  readonly signal: AbortSignal;
  progress(line: string): void;
}

export interface Row extends Omit<Explored, 'broken'> {
  readonly section: string;
  readonly id: string;
  readonly store: string;
  readonly faults: string;
  readonly ms: number;
  readonly rotations?: number;
  /** With the history in words. */
  readonly broken: readonly Told[];
  /** Broken for a reason that is written down. */
  readonly known: readonly Told[];
}

export interface Told extends Found {
  /** What --replay takes. */
  readonly replay: string;
  readonly words: readonly string[];
}

export interface Section {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  run(asked: Asked): Promise<readonly Row[]>;
  /** Plays one history again. Undefined: it is of no scenario of this section. */
  replay(id: string, history: readonly number[]): Promise<Told | 'nothing is broken' | undefined>;
}
