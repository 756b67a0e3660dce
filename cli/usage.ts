/** The command line is wrong; the program ends with 2. */
export class UsageError extends Error {
  readonly fact: string;
  readonly hint: string;

  constructor(fact: string, hint: string) {
    super(`${fact}; hint: ${hint}`);
    this.name = 'UsageError';
    this.fact = fact;
    this.hint = hint;
  }
}
