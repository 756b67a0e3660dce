/** The function of a secret is asked for what only it can do: in its place, with its rights, by its strategy. */
import type { DescribeSecretCommandOutput } from '@aws-sdk/client-secrets-manager';
import { ServiceError } from '../shared/rotation/errors.ts';
import { parseObject } from '../shared/rotation/json.ts';
import type { Account } from './account.ts';
import { factsOf, isOfRekey, type SecretFacts } from './condition.ts';
import { RefusedError } from './failure.ts';
import { invoke } from './invoke.ts';
import { failureLines } from './outcome.ts';
import { refusedForGood } from './refusal.ts';

/** docs/rekey.md, "Asked by hand". Members are only ever added. */
export interface Answer {
  readonly outcome: string;
  /** The versions that have the labels now. */
  readonly current?: string;
  readonly previous?: string;
  readonly because?: string;
  readonly until?: string;
  readonly working?: string;
  /** Of what was looked at; `ok` is null where that was not tried. */
  readonly checks?: readonly {
    readonly check: string;
    readonly ok: boolean | null;
    readonly fact: string;
    readonly code?: string;
    readonly hint?: string;
  }[];
  readonly error?: { readonly code: string; readonly fact: string; readonly hint: string };
}

export type Asked = SecretFacts & { readonly functionArn: string };

/** A secret whose function can be asked. Throws RefusedError, with the next command, for any other. */
export function askable(account: Account, described: DescribeSecretCommandOutput): Asked {
  const refusal = refusedForGood(account, described);
  if (refusal !== undefined) throw refusal;
  const facts = factsOf(described);
  const { name, rotates, functionArn, functionName } = facts;
  if (!rotates || functionArn === undefined) {
    throw new RefusedError(`no function rotates ${name}`, `rekey enable ${name} --function NAME --every 30d`);
  }
  if (!isOfRekey(functionName)) {
    throw new RefusedError(`${functionName}, which rotates ${name}, is no function of Rekey`, 'do it by hand');
  }
  return { ...facts, functionArn };
}

/** The same question twice does no harm. */
export async function answerTo(
  account: Account,
  asked: Asked,
  question: Readonly<Record<string, string>>,
): Promise<Answer> {
  const { FunctionError, Payload } = await invoke(account, asked, { ...question, SecretId: asked.arn });
  const answer = parseObject(new TextDecoder().decode(Payload)) ?? {};
  if (FunctionError === undefined && typeof answer.outcome === 'string') return answer as unknown as Answer;
  // Its text is not shown: nobody knows what a function that failed in this way puts there.
  const type = typeof answer.errorType === 'string' ? answer.errorType : 'no answer';
  throw new ServiceError(`${asked.functionName} does not answer (${type})`, {
    hint: 'see its log; if it is of an older version than this tool, deploy it again',
  });
}

/** Undefined: it did not fail. */
export function failureOf({ name }: SecretFacts, { outcome, error, working }: Answer): string | undefined {
  if (outcome !== 'failed') return undefined;
  const { code = null, fact = null, hint = null } = error ?? {};
  return failureLines({ name, code, fact, hint, working: working ?? null });
}
