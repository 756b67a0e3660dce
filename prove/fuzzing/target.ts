/** What is given inputs that nobody foresaw. */
import type * as fc from 'fast-check';

export interface Target<I = unknown> {
  readonly id: string;
  /** What is done to which inputs, for the table. */
  readonly what: string;
  /** So many inputs in a run, and in a short one. */
  readonly inputs: { readonly whole: number; readonly quick: number };
  /** Why it cannot be tried here: what is not installed. */
  missing?(): string | undefined;
  /** Starts what it takes. */
  begin(): Promise<Tried<I>>;
}

export interface Tried<I> {
  readonly input: fc.Arbitrary<I>;
  /** Resolves when the input is taken. Rejects as the product does. */
  give(input: I): Promise<unknown>;
  /** Texts of which no error and no line of a log may show anything. */
  secrets(): readonly string[];
  end?(): Promise<void>;
}

/** Keeps the type of the inputs between the two members that share it. */
export const target = <I>(of: Target<I>): Target => of as Target;
