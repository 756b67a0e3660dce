/** What a page shows and does, whatever it is of: the sandbox is one source, an account another. */

export interface Source {
  /**
   * What is there now. No value of a secret is in it. Of the secret with the ARN `chosen`, or of one that the source chooses, it has
   * everything; of the others at least what a list needs.
   */
  view(chosen: string | undefined): Promise<View>;
  /** Does what a button carries. Gives the problem, in words for people, if there was one. Absent: the page is only to look at. */
  act?(given: unknown): Promise<string | undefined>;
  /** How long the page waits before it looks again: after a change, and at most, while nothing changes. */
  readonly pause: { readonly leastMs: number; readonly mostMs: number };
}

export interface View {
  readonly title: string;
  readonly secrets: readonly SecretView[];
  /** What can be done while there is no secret that is rotated. */
  readonly buttons?: readonly Button[];
  /** What could not be looked at, and what to do. */
  readonly problem?: string | undefined;
  /** What this page cannot show, and why. */
  readonly note?: string;
  /** Of the sandbox. What goes wrong next, in the words of its own routes, and what a button can make go wrong. */
  readonly faults?: readonly string[];
  readonly breakable?: readonly string[];
}

/** Of a secret, or of a parameter that is rotated as one. */
export interface SecretView {
  readonly kind?: 'parameter';
  readonly arn: string;
  readonly name: string;
  readonly function?: string | undefined;
  /** A word or two. `cut off`: applications that read AWSCURRENT are refused now. */
  readonly state: string;
  readonly tone: 'good' | 'bad' | 'wait' | 'dim';
  readonly details?: Details;
}

export interface Details {
  readonly buttons: readonly Button[];
  /** ISO dates, by what happened then or will. */
  readonly times?: Readonly<Record<string, string>>;
  /** Labelled ones, newest first. `opens`: seen by a login; undefined where nobody has tried. */
  readonly versions: readonly { readonly id: string; readonly labels: readonly string[]; readonly opens?: boolean }[];
  /** Empty: nothing is known of a rotation. */
  readonly steps: readonly StepView[];
  readonly attempt?: number | undefined;
  readonly message?: MessageView | undefined;
  /** What was said before that, newest first: a few, and no more of each than its outcome. */
  readonly earlier?: readonly Pick<MessageView, 'outcome' | 'code' | 'at'>[];
  /** Of an application that reads AWSCURRENT, or the parameter, and logs in, oldest first. Absent: nobody logs in for this page. */
  readonly logins?: readonly Login[];
}

export interface Button {
  readonly label: string;
  /** What `act` is given. */
  readonly act: object;
  /** What will be done, where that wants a yes. */
  readonly asks?: string;
}

export interface StepView {
  readonly step: string;
  readonly ms?: number | undefined;
  readonly state: 'waits' | 'runs' | 'done' | 'failed';
}

/** What the function said last about this secret. */
export interface MessageView {
  /** Epoch milliseconds. */
  readonly at?: number | undefined;
  readonly outcome: string;
  readonly working?: string | undefined;
  readonly code?: string | undefined;
  readonly fact?: string | undefined;
  readonly hint?: string | undefined;
  readonly next?: string | undefined;
}

export interface Login {
  /** Epoch milliseconds. */
  readonly at: number;
  /** `failed`: the system said nothing about the value. */
  readonly outcome: 'opened' | 'refused' | 'failed';
  /** Of the value that it used. */
  readonly version: string;
}
