/** What people are told about a rotation. The shape is docs/notification.schema.json; versions only ever add fields. */
import { companionOf } from '../aws/parameter-store/names.ts';
import type { RotationError } from '../rotation/errors.ts';
import type { RotationOutcome, WorkingCredential } from '../rotation/rotation.ts';

export interface Facts {
  readonly outcome: RotationOutcome['outcome'] | 'failed' | 'unrotated' | 'expired';
  readonly time: Date;
  /** What keeps the versions. Absent: a secret. */
  readonly store?: 'secret' | 'parameter';
  readonly secretId: string;
  /** Known once the secret was described. */
  readonly secretName?: string | undefined;
  readonly secretArn?: string | undefined;
  readonly engine: string;
  readonly strategy: string;
  readonly step: string;
  readonly token: string;
  readonly working: WorkingCredential;
  readonly error?: RotationError | undefined;
  /** Which stored version saved the day. */
  readonly recoveredWith?: string | undefined;
  /** Who or what still uses the credential that was to be revoked; or what a policy says of a parameter that nothing rotates. */
  readonly because?: string | undefined;
}

export interface Notification {
  readonly subject: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export function notification(facts: Facts): Notification {
  const secret = facts.secretName ?? facts.secretId;
  const body = {
    version: 1,
    outcome: facts.outcome,
    time: facts.time.toISOString(),
    secret: { name: secret, arn: facts.secretArn ?? facts.secretId },
    engine: facts.engine,
    strategy: facts.strategy,
    step: facts.step,
    token: facts.token,
    working: facts.working,
    ...(facts.recoveredWith === undefined ? {} : { recoveredWith: facts.recoveredWith }),
    ...(facts.because === undefined ? {} : { because: facts.because }),
    ...(facts.error === undefined ? {} : { error: told(facts.error) }),
    next: nextCommand(facts),
  };
  return {
    subject: subjectOf(facts, secret),
    body: JSON.stringify(body, undefined, 2),
    attributes: {
      outcome: facts.outcome,
      engine: facts.engine,
      strategy: facts.strategy,
      step: facts.step,
      ...(facts.error === undefined ? {} : { code: facts.error.code }),
    },
  };
}

function told({ name, code, fact, hint, retryable }: RotationError) {
  return { type: name, code, fact, hint, retryable };
}

/** Printable ASCII, at most 100 characters: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
function subjectOf({ outcome, step, error, because }: Facts, secret: string): string {
  const tail = {
    succeeded: 'was rotated',
    recovered: 'was locked out and works again',
    revoked: 'has no older credential any more',
    postponed: 'has an older credential that is still in use',
    failed: `failed in ${step}`,
    unrotated: because,
    expired: 'has expired and was deleted',
  };
  const end = `${tail[outcome]}${error === undefined ? '' : ` (${error.code})`}`;
  const start = `Rekey: ${outcome === 'failed' ? 'rotation of ' : ''}`;
  const room = 100 - start.length - end.length - 1;
  const name = secret.length > room ? `${secret.slice(0, room - 3)}...` : secret;
  return `${start}${name} ${end}`.replace(/[^\x20-\x7e]/g, '?').slice(0, 100);
}

/** A line to paste. Names and ARNs hold no character that a shell would read, but a secret id from an event may. */
function nextCommand(facts: Facts): string {
  return facts.store === 'parameter' ? nextForParameter(facts) : nextForSecret(facts);
}

/** Only names serve in most of these commands, so none has an ARN. */
function nextForParameter({ outcome, secretId, error }: Facts): string {
  const name = shellQuoted(secretId);
  const history = `aws ssm get-parameter-history --name ${name} --query 'Parameters[].[Version,LastModifiedDate,Labels]'`;
  const put = `aws ssm put-parameter --overwrite --name ${name} --value file://value.json`;
  if (outcome === 'expired') return put.replace('--overwrite', '--type SecureString');
  if (error === undefined || error.retryable) return history;
  switch (error.code) {
    case 'INVALID_SECRET':
      if (error.about === undefined) return put;
      return error.about.startsWith('/')
        ? `aws ssm get-parameter-history --name ${shellQuoted(error.about)}`
        : `aws secretsmanager put-secret-value --secret-id ${shellQuoted(error.about)} --secret-string file://value.json`;
    case 'LOCKED_OUT':
    case 'CURRENT_MISSING':
      return put;
    case 'SECRET_NOT_FOUND':
      return `aws ssm describe-parameters --parameter-filters Key=Name,Values=${name}`;
    case 'TARGET_MISMATCH':
      // About the superuser secret: it is the parameter that names the wrong one.
      if (error.about !== undefined) return put;
      return `aws ssm put-parameter --overwrite --name ${shellQuoted(companionOf(secretId))} --value - --description abandoned`;
    default:
      return history;
  }
}

function nextForSecret({ secretArn, secretId, error, token }: Facts): string {
  const rotated = shellQuoted(secretArn ?? secretId);
  const describe = `aws secretsmanager describe-secret --secret-id ${rotated}`;
  const put = (id: string) => `aws secretsmanager put-secret-value --secret-id ${id} --secret-string file://value.json`;
  if (error === undefined || error.retryable) return describe;
  switch (error.code) {
    case 'INVALID_SECRET':
      return put(error.about === undefined ? rotated : shellQuoted(error.about));
    case 'LOCKED_OUT':
    case 'CURRENT_MISSING':
      return put(rotated);
    case 'TARGET_MISMATCH':
      // About the superuser secret: it is the rotated one that names the wrong one.
      if (error.about !== undefined) return put(rotated);
      return `aws secretsmanager update-secret-version-stage --secret-id ${rotated} --version-stage AWSPENDING --remove-from-version-id ${shellQuoted(token)}`;
    case 'TOKEN_NOT_PENDING':
    case 'TOKEN_UNKNOWN':
      return `aws secretsmanager rotate-secret --secret-id ${rotated}`;
    default:
      return describe;
  }
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
