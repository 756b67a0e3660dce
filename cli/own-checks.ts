/** What only the function sees: network, TLS, login and rights, from its place. It answers, and changes nothing. */
import type { DescribeSecretCommandOutput } from '@aws-sdk/client-secrets-manager';
import { type ErrorCode, PermissionError, RotationError } from '../shared/rotation/errors.ts';
import type { Account } from './account.ts';
import { type Answer, answerTo, askable } from './asked.ts';
import { type Check, failed } from './check.ts';
import { RefusedError } from './failure.ts';

/** Those of the function; or what is so of its answer, where there is none: it was not asked, may not be asked, or was and failed. */
export async function ownChecks(
  account: Account,
  described: DescribeSecretCommandOutput,
): Promise<readonly Check[] | Partial<Check>> {
  try {
    return checksIn(await answerTo(account, askable(account, described), { rekey: 'doctor' }));
  } catch (error) {
    if (error instanceof PermissionError) return { hint: error.hint };
    if (error instanceof RefusedError) return {};
    // It was asked, and does not answer: it would not rotate either.
    if (error instanceof RotationError) return failed('login', error);
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
