/**
 * Something that makes values nobody but their reader has to know of.
 *
 * @example
 * const made = await generator.make();
 * const fault = generator.faultOf(made);
 */
export interface Generator {
  /** One text is all there is, so that a secret which is a bare text can hold it. */
  readonly isSingle: boolean;
  /** `value`, or `private_key` and `public_key`. */
  make(): Promise<Readonly<Record<string, unknown>>>;
  /** What is wrong with values that should have been made like this. Undefined: nothing. Never shows one. */
  faultOf(made: Readonly<Record<string, unknown>>): string | undefined;
}
