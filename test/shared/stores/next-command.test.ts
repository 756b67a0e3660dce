/** What people are told to do next, by store. The codes are those of docs/runbook.md. */
import { describe, expect, it } from 'vitest';
import {
  ConfigurationError,
  type ErrorCode,
  InvalidSecretError,
  LockedOutError,
  StagingError,
  TargetMismatchError,
  UnreachableError,
} from '../../../shared/rotation/errors.ts';
import type { Situation } from '../../../shared/stores/next-command.ts';
import { nextForParameter } from '../../../shared/stores/parameter-store/next-command.ts';
import { nextForSecret } from '../../../shared/stores/secrets-manager/next-command.ts';

const details = (code: ErrorCode, about?: string) => ({ hint: 'do', code, ...(about && { about }) });
const invalid = (about?: string) => new InvalidSecretError('wrong', details('INVALID_SECRET', about));
const missing = (about?: string) => new InvalidSecretError('gone', details('SECRET_NOT_FOUND', about));
const mismatch = (about?: string) => new TargetMismatchError('elsewhere', details('TARGET_MISMATCH', about));
const refused = new ConfigurationError('weak', details('PASSWORD_REFUSED'));
const staging = (code: ErrorCode) => new StagingError('labels', details(code));
const failed = (error?: Situation['error']) => ({ outcome: 'failed', token: 'the token', error });
const mended = (id: string) =>
  `aws secretsmanager put-secret-value --secret-id '${id}' --secret-string file://value.json`;

describe('a secret', () => {
  const describing = "aws secretsmanager describe-secret --secret-id 'arn:app'";

  it.each([
    ['has nothing to mend', undefined, describing],
    ['failed for a while', new UnreachableError('far', details('UNREACHABLE_TCP')), describing],
    ['is wrong', invalid(), mended('arn:app')],
    ['names one that is wrong', invalid('arn:super'), mended('arn:super')],
    ['does not exist', missing(), describing],
    ['names one that does not exist', missing('arn:super'), mended('arn:super')],
    ['opens nothing', new LockedOutError('out', details('LOCKED_OUT')), mended('arn:app')],
    ['has no current value', staging('CURRENT_MISSING'), mended('arn:app')],
    [
      'has a pending value for another place',
      mismatch(),
      "aws secretsmanager update-secret-version-stage --secret-id 'arn:app' --version-stage AWSPENDING --remove-from-version-id 'the token'",
    ],
    [
      'has a pending value that the server refuses',
      refused,
      "aws secretsmanager update-secret-version-stage --secret-id 'arn:app' --version-stage AWSPENDING --remove-from-version-id 'the token'",
    ],
    ['names the superuser of another place', mismatch('arn:super'), mended('arn:app')],
    ['was abandoned', staging('TOKEN_UNKNOWN'), "aws secretsmanager rotate-secret --secret-id 'arn:app'"],
    ['has moved on', staging('CURRENT_MOVED'), describing],
  ])('that %s', (_, error, command) => {
    expect(nextForSecret({ secretId: 'app', secretArn: 'arn:app', ...failed(error) })).toBe(command);
  });

  it('has its id quoted for a shell, which may come from anybody', () => {
    const command = nextForSecret({ secretId: "a'; rm -rf /; '", ...failed() });

    expect(command).toBe("aws secretsmanager describe-secret --secret-id 'a'\\''; rm -rf /; '\\'''");
  });
});

describe('a parameter', () => {
  const history =
    "aws ssm get-parameter-history --name '/app/db' --query 'Parameters[].[Version,LastModifiedDate,Labels]'";
  const put = "aws ssm put-parameter --overwrite --name '/app/db' --value file://value.json";

  it.each([
    ['has nothing to mend', undefined, history],
    ['is wrong', invalid(), put],
    ['names a secret that is wrong', invalid('arn:super'), mended('arn:super')],
    [
      'has a companion of somebody else',
      invalid('/rekey/app/db'),
      "aws ssm get-parameter-history --name '/rekey/app/db'",
    ],
    ['does not exist', missing(), "aws ssm describe-parameters --parameter-filters Key=Name,Values='/app/db'"],
    ['names a secret that does not exist', missing('arn:super'), mended('arn:super')],
    ['opens nothing', new LockedOutError('out', details('LOCKED_OUT')), put],
    [
      'has a pending value for another place',
      mismatch(),
      "aws ssm put-parameter --overwrite --name '/rekey/app/db' --value - --description abandoned",
    ],
    [
      'has a pending value that the server refuses',
      refused,
      "aws ssm put-parameter --overwrite --name '/rekey/app/db' --value - --description abandoned",
    ],
    ['names the superuser of another place', mismatch('arn:super'), put],
    ['has moved on', staging('CURRENT_MOVED'), history],
  ])('that %s', (_, error, command) => {
    expect(nextForParameter({ secretId: '/app/db', ...failed(error) })).toBe(command);
  });

  it('that has expired is made again', () => {
    const command = nextForParameter({ outcome: 'expired', secretId: '/app/db', token: '' });

    expect(command).toBe("aws ssm put-parameter --type SecureString --name '/app/db' --value file://value.json");
  });
});
