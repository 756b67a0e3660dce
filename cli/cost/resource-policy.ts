import type { PolicyScope } from './inventory.ts';

type Fields = Record<string, unknown>;

/** Whom a secret's resource policy admits. A text that is no policy counts as one of the own account: somebody put it there. */
export function scopeOf(policy: string | undefined, accountId: string): PolicyScope {
  if (policy === undefined) return 'none';
  const statements = statementsOf(policy);
  if (statements === undefined) return 'own-account';
  if (statements.length === 0) return 'none';
  const isShared = statements.some((statement) => statement.Effect === 'Allow' && admitsOthers(statement, accountId));
  return isShared ? 'cross-account' : 'own-account';
}

function admitsOthers(statement: Fields, accountId: string): boolean {
  // All but these: whoever they are, others are among the rest.
  if (statement.NotPrincipal !== undefined) return true;
  return principals(statement.Principal).some((principal) => ![accountId, NOBODY].includes(accountOf(principal)));
}

/** Accounts only: a service or an identity provider in a policy works for this account. */
function principals(principal: unknown): string[] {
  const named = isFields(principal) ? principal.AWS : principal;
  return [named].flat().filter((one) => typeof one === 'string');
}

/** A user or role that is deleted leaves its id behind, which admits nobody: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html */
const NOBODY = 'nobody';

/** `123456789012`, or an ARN with it in fifth place; else, as `*`, everybody. */
function accountOf(principal: string): string {
  if (/^\d{12}$/.test(principal)) return principal;
  if (/^A(ID|RO)A[A-Z0-9]+$/.test(principal)) return NOBODY;
  return principal.split(':')[4] ?? '*';
}

function statementsOf(policy: string): Fields[] | undefined {
  try {
    const document: unknown = JSON.parse(policy);
    return isFields(document) ? [document.Statement ?? []].flat().filter(isFields) : undefined;
  } catch {
    return undefined;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
