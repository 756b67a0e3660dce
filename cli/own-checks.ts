/** What only the function sees: network, TLS, login and rights, from its place. It answers, and changes nothing. */
import type { DescribeSecretCommandOutput } from '@aws-sdk/client-secrets-manager';
import { type ErrorCode, PermissionError, RotationError } from '../shared/rotation/errors.ts';
import type { Account } from './account.ts';
import { type Answer, answerTo, askable } from './asked.ts';
import type { Check } from './check.ts';
import { RefusedError } from './failure.ts';

/** Those of the function; or that it was not asked, and where a right is missing for that, which one. */
export async function ownChecks(
  account: Account,
  described: DescribeSecretCommandOutput,
): Promise<readonly Check[] | { readonly hint?: string }> {
  try {
    return checksIn(await answerTo(account, askable(account, described), { rekey: 'doctor' }));
  } catch (error) {
    if (error instanceof PermissionError) return { hint: error.hint };
    if (error instanceof RotationError || error instanceof RefusedError) return {};
    throw error;
  }
}

function checksIn({ checks = [], error }: Answer): readonly Check[] {
  const unanswered = error && [{ check: 'function', ok: false, ...error }];
  return (unanswered ?? checks).map(({ check: name, ok, fact: text, code, hint }) => ({
    name,
    result: ok === null ? 'unseen' : ok ? 'ok' : 'fails',
    text,
    ...(code !== undefined && { code: code as ErrorCode }),
    ...(hint !== undefined && { hint }),
  }));
}
