/** Whether a role's statements allow a call. What is not understood is an error, and never allows. */

export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface AskedCall {
  /** secretsmanager:GetSecretValue */
  readonly action: string;
  readonly resource: string;
  /** Condition keys that the call has. One that it lacks fits no condition. */
  readonly context: Readonly<Record<string, string>>;
}

/** As IAM decides it: a Deny that fits refuses; else an Allow that fits allows; else nobody may. */
export function isAllowed(statements: readonly Statement[], call: AskedCall): boolean {
  const fitting = statements.filter((statement) => fits(statement, call));
  return fitting.some(({ Effect }) => Effect === 'Allow') && !fitting.some(({ Effect }) => Effect === 'Deny');
}

const KNOWN = ['Sid', 'Effect', 'Action', 'Resource', 'Condition'];

function fits(statement: Statement, { action, resource, context }: AskedCall): boolean {
  const strange = Object.keys(statement).find((element) => !KNOWN.includes(element));
  if (strange !== undefined) throw new Error(`a statement has ${strange}, which is not understood here`);
  // Conditions first, so that an operator that is not known is an error whatever is asked.
  const conditions = Object.entries(statement.Condition ?? {}).map(([operator, keys]) => {
    const compare = OPERATORS[operator];
    if (compare === undefined) throw new Error(`the condition operator ${operator} is not understood here`);
    return Object.entries(keys).every(([key, wanted]) => {
      const value = context[key];
      return value !== undefined && [wanted].flat().some((one) => compare(one, value));
    });
  });
  return (
    [statement.Action].flat().some((one) => like(one.toLowerCase(), action.toLowerCase())) &&
    [statement.Resource].flat().some((one) => like(one, resource)) &&
    conditions.every(Boolean)
  );
}

const OPERATORS: Readonly<Record<string, (wanted: string, value: string) => boolean>> = {
  StringEquals: (wanted, value) => wanted === value,
  StringLike: like,
  ArnEquals: arnLike,
  ArnLike: arnLike,
};

/** Each of the six parts by itself: a * in one does not reach into the next. */
function arnLike(wanted: string, value: string): boolean {
  const parts = arnParts(value);
  return arnParts(wanted).every((part, at) => like(part, parts[at] ?? ''));
}

function arnParts(arn: string): string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
}

function like(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}
