/** Every call to AWS goes through here: a deadline for each, and a hint for operators in place of one for functions. */
import { nameOf, serviceError } from '../shared/aws/service-error.ts';
import { DeadlineError, PermissionError, type RotationError, UnreachableError } from '../shared/rotation/errors.ts';

export interface Patience {
  readonly signal: AbortSignal;
  /** For one call with all its repeats. */
  readonly deadlineMs: number;
}

/** As an IAM policy spells it: `ssm:DescribeParameters`. */
export type Action = `${'secretsmanager' | 'ssm' | 'lambda' | 'logs' | 'cloudtrail' | 'iam' | 'states'}:${string}`;

export async function call<T>(
  action: Action,
  about: string | undefined,
  { signal, deadlineMs }: Patience,
  send: (abort: { abortSignal: AbortSignal }) => Promise<T>,
): Promise<T> {
  try {
    return await send({ abortSignal: AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]) });
  } catch (error) {
    const operation = action.slice(action.indexOf(':') + 1);
    throw forOperators(error, action, about === undefined ? operation : `${operation} of ${about}`, deadlineMs);
  }
}

/** Page after page, so that nobody has to keep all of them. */
export async function* pagesOf<P extends { readonly NextToken?: string | undefined }>(
  read: (NextToken: string | undefined) => Promise<P>,
): AsyncGenerator<P> {
  let NextToken: string | undefined;
  do {
    const page = await read(NextToken);
    yield page;
    NextToken = page.NextToken;
  } while (NextToken);
}

/** The name of the service's own error behind a typed one. */
export function causeOf(error: unknown): string {
  return nameOf((error as RotationError | undefined)?.cause);
}

function forOperators(error: unknown, action: Action, what: string, deadlineMs: number): RotationError {
  const typed = serviceError(error, what);
  if (typed instanceof PermissionError) {
    return new PermissionError(typed.fact, {
      code: 'ACCESS_DENIED',
      hint: deniedHint(nameOf(error), action),
      cause: error,
    });
  }
  if (typed instanceof DeadlineError) {
    return new DeadlineError(`${what} had no answer in ${Math.ceil(deadlineMs / 1000)} s`, {
      hint: 'check the way to the service: network, proxy, --region, --endpoint-url',
      cause: error,
    });
  }
  if (typed instanceof UnreachableError) {
    return new UnreachableError(typed.fact, {
      code: typed.code,
      hint: 'check the way to the service: network, proxy, --region, --endpoint-url',
      cause: error,
    });
  }
  return typed;
}

function deniedHint(name: string, action: Action): string {
  if (name === 'CredentialsProviderError') {
    return 'sign in, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';
  }
  if (/^(ExpiredToken|UnrecognizedClient|InvalidClientTokenId)/.test(name)) {
    return 'the credentials are wrong or have expired: sign in again';
  }
  const missing = name === 'DecryptionFailure' ? 'kms:Decrypt' : action;
  const statement = JSON.stringify({ Effect: 'Allow', Action: missing, Resource: '*' });
  return `allow ${missing} to the identity that runs rekey (aws sts get-caller-identity names it): ${statement}`;
}
