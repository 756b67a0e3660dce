/**
 * What goes wrong with a call.
 * cut: the connection ends without an answer. error: HTTP 500. throttle: HTTP 400. delay: `delayMs` later.
 * kill: the process of the calling function dies. hang: no answer, ever.
 */
type FaultAction = 'cut' | 'error' | 'throttle' | 'delay' | 'kill' | 'hang';

export interface FaultRule {
  /** Wire name of the service, e.g. `secretsmanager`; any when absent. The same for the other conditions. */
  readonly service?: string;
  readonly operation?: string;
  /** Name of the rotation function that calls. */
  readonly caller?: string;
  /** The first matching call that is hit, 1 is the next. */
  readonly nth?: number;
  /** How many matching calls in a row are hit, 1 when absent. */
  readonly times?: number;
  readonly action: FaultAction;
  /** `after`: the call took effect, and only then it goes wrong. A throttled call never took effect. */
  readonly when?: 'before' | 'after';
  readonly delayMs?: number;
}

interface FaultedCall {
  readonly service: string;
  readonly operation: string;
  readonly caller?: string;
}

export type Faults = ReturnType<typeof createFaults>;

export function createFaults() {
  let rules: { readonly rule: FaultRule; seen: number }[] = [];
  const twice = new Map<string, number>();
  const last = ({ nth = 1, times = 1 }: FaultRule) => nth + times - 1;
  return {
    staleReads: 0,
    add: (...added: FaultRule[]): void => void rules.push(...added.map((rule) => ({ rule, seen: 0 }))),
    /** The next `times` deliveries of this step happen twice at the same moment. */
    deliverStepTwice: (step: string, times = 1): void => void twice.set(step, times),
    deliverTwice: (step: string): boolean => {
      const left = twice.get(step) ?? 0;
      if (left > 0) twice.set(step, left - 1);
      return left > 0;
    },
    /** The rules that hit this call, consumed. */
    take: (call: FaultedCall): readonly FaultRule[] => {
      const matching = rules.filter(({ rule }) => matches(rule, call));
      for (const entry of matching) entry.seen += 1;
      rules = rules.filter(({ rule, seen }) => seen < last(rule));
      return matching.filter(({ rule, seen }) => seen >= (rule.nth ?? 1)).map(({ rule }) => rule);
    },
    /** Rules that have not been used up. */
    pending: (): readonly FaultRule[] => rules.map(({ rule }) => rule),
    clear(): void {
      rules = [];
      twice.clear();
      this.staleReads = 0;
    },
  };
}

function matches(rule: FaultRule, call: FaultedCall): boolean {
  return (['service', 'operation', 'caller'] as const).every(
    (key) => rule[key] === undefined || rule[key] === call[key],
  );
}
