/** What people are told to do next, by store. The codes are those of docs/runbook.md. */
import { describe, expect, it } from 'vitest';
import {
  ConfigurationError,
  type ErrorCode,
  InvalidSecretError,
  LockedOutError,
  PermissionError,
  StagingError,
  TargetMismatchError,
  UnreachableError,
} from '../../../shared/rotation/errors.ts';
import type { Situation } from '../../../shared/stores/next-command.ts';
import { commandsForParameter } from '../../../shared/stores/parameter-store/next-command.ts';
import { againForSecret, nextForSecret } from '../../../shared/stores/secrets-manager/next-command.ts';

const details = (code: ErrorCode, about?: string) => ({ hint: 'do', code, ...(about && { about }) });
const invalid = (about?: string) => new InvalidSecretError('wrong', details('INVALID_SECRET', about));
const missing = (about?: string) => new InvalidSecretError('gone', details('SECRET_NOT_FOUND', about));
const parameter = (about: string) =>
  new InvalidSecretError('wrong', { ...details('INVALID_SECRET', about), isParameter: true });
const mismatch = (about?: string) => new TargetMismatchError('elsewhere', details('TARGET_MISMATCH', about));
const refused = new ConfigurationError('weak', details('PASSWORD_REFUSED'));
const denied = new PermissionError('the superuser secret does not open it', details('PERMISSION_DENIED', 'arn:super'));
const deleted = new InvalidSecretError('marked', { ...details('SECRET_NOT_FOUND', 'arn:super'), isDeleted: true });
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
    ['does not exist', missing(), "aws secretsmanager restore-secret --secret-id 'arn:app'"],
    ['names one that does not exist', missing('arn:super'), mended('arn:super')],
    ['names one that is marked for deletion', deleted, "aws secretsmanager restore-secret --secret-id 'arn:super'"],
    ['names one that does not open its system', denied, mended('arn:super')],
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
    [
      'has a mirror that cannot be written',
      parameter('legacy-app'),
      "aws ssm get-parameter-history --name 'legacy-app'",
    ],
    ['names a secret whose name begins with a slash', invalid('/prod/super'), mended('/prod/super')],
    [
      'has a tag that is wrong',
      new InvalidSecretError('names no parameter', { hint: 'do', ofTag: true }),
      "aws secretsmanager tag-resource --secret-id 'arn:app' --tags file://tags.json",
    ],
    [
      'has a pending value that is wrong',
      new InvalidSecretError('changed', { hint: 'do', ofPending: true }),
      "aws secretsmanager update-secret-version-stage --secret-id 'arn:app' --version-stage AWSPENDING --remove-from-version-id 'the token'",
    ],
  ])('that %s', (_, error, command) => {
    expect(nextForSecret({ secretId: 'app', secretArn: 'arn:app', ...failed(error) })).toBe(command);
  });

  it('has its id quoted for a shell, which may come from anybody', () => {
    const command = nextForSecret({ secretId: "a'; rm -rf /; '", ...failed() });

    expect(command).toBe("aws secretsmanager describe-secret --secret-id 'a'\\''; rm -rf /; '\\'''");
  });
});

describe('a secret whose AWSCURRENT is refused', () => {
  const labels = { 'the token': ['AWSPENDING'], now: ['AWSCURRENT'], before: ['AWSPREVIOUS'] };
  const far = new UnreachableError('far', details('UNREACHABLE_TCP'));
  const next = (working: Situation['working'], of: Situation['labels'] = labels) =>
    nextForSecret({ secretId: 'app', ...failed(far), working, labels: of });
  const moved = (to: string) =>
    `aws secretsmanager update-secret-version-stage --secret-id 'app' --version-stage AWSCURRENT --move-to-version-id '${to}' --remove-from-version-id 'now'`;
  const describing = "aws secretsmanager describe-secret --secret-id 'app'";

  it.each([
    ['AWSPENDING', moved('the token')],
    ['AWSPREVIOUS', moved('before')],
    ['AWSCURRENT', describing],
    ['AWSCURRENT or AWSPENDING', describing],
    ['unknown', describing],
  ] as const)('while %s opens the system', (working, command) => {
    expect(next(working)).toBe(command);
  });

  it('is looked at when the labels are not known, or AWSCURRENT has moved', () => {
    expect(next('AWSPENDING', {})).toBe(describing);
    expect(next('AWSPENDING', { 'the token': ['AWSCURRENT', 'AWSPENDING'] })).toBe(describing);
  });
});

describe('rotating a secret again', () => {
  const again = (error: Situation['error'], of: Partial<Situation> = {}) =>
    againForSecret({
      secretId: 'app',
      working: 'AWSCURRENT',
      labels: { 'the token': ['AWSPENDING'], now: ['AWSCURRENT'] },
      ...failed(error),
      ...of,
    });
  const far = new UnreachableError('far', details('UNREACHABLE_TCP'));

  it('takes AWSPENDING off first, since the service refuses a rotation while it is there', () => {
    expect(again(invalid())).toBe(
      "aws secretsmanager update-secret-version-stage --secret-id 'app' --version-stage AWSPENDING --remove-from-version-id 'the token'; aws secretsmanager rotate-secret --secret-id 'app'",
    );
    expect(again(far)).toBe(again(invalid()));
  });

  it.each([
    ['AWSPENDING is what works', invalid(), { working: 'AWSPENDING' }],
    ['AWSPENDING may work, and the service repeats', far, { working: 'AWSCURRENT or AWSPENDING' }],
    ['the label is not there', invalid(), { labels: { now: ['AWSCURRENT'] } }],
    ['nothing is known of labels', invalid(), { labels: undefined }],
    ['nothing failed', undefined, {}],
  ] as const)('is not advised when %s', (_, error, of) => {
    expect(again(error, of)).toBeUndefined();
  });
});

describe('a parameter', () => {
  const { next } = commandsForParameter();
  const history =
    "aws ssm get-parameter-history --name '/app/db' --query 'Parameters[].[Version,LastModifiedDate,Labels]'";
  const put = "aws ssm put-parameter --overwrite --name '/app/db' --value file://value.json";

  it.each([
    ['has nothing to mend', undefined, history],
    ['is wrong', invalid(), put],
    ['names a secret that is wrong', invalid('arn:super'), mended('arn:super')],
    [
      'has a companion of somebody else',
      parameter('/rekey/app/db'),
      "aws ssm get-parameter-history --name '/rekey/app/db'",
    ],
    ['names a secret whose name begins with a slash', missing('/prod/super'), mended('/prod/super')],
    ['names one that is marked for deletion', deleted, "aws secretsmanager restore-secret --secret-id 'arn:super'"],
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
    expect(next({ secretId: '/app/db', ...failed(error) })).toBe(command);
  });

  it('that has expired is made again', () => {
    const command = next({ outcome: 'expired', secretId: '/app/db', token: '' });

    expect(command).toBe("aws ssm put-parameter --type SecureString --name '/app/db' --value file://value.json");
  });
});

describe('a parameter, when it is known which function rotates it', () => {
  const arn = 'arn:aws:lambda:eu-west-1:123456789012:function:rekey-prod-parameter';
  const { next, again } = commandsForParameter(arn);
  const labels = { 'the token': ['AWSPENDING'], now: ['AWSCURRENT'] };
  const far = new UnreachableError('far', details('UNREACHABLE_TCP'));
  const of = (error: Situation['error'], more: Partial<Situation> = {}) => ({
    secretId: '/app/db',
    labels,
    ...failed(error),
    ...more,
  });
  const invoked = (event: object) =>
    `aws lambda invoke --function-name '${arn}' --cli-binary-format raw-in-base64-out --payload '${JSON.stringify(event)}' answer.json`;
  const goesOn = invoked({ Parameter: '/app/db', Token: 'the token' });
  const afresh = invoked({ Parameter: '/app/db' });
  const abandoned = "aws ssm put-parameter --overwrite --name '/rekey/app/db' --value - --description abandoned";

  it.each(['AWSPENDING', 'AWSPREVIOUS'] as const)(
    'while %s alone opens the system, goes on with its rotation',
    (working) => {
      expect([next(of(far, { working })), again(of(far, { working }))]).toEqual([goesOn, undefined]);
    },
  );

  it.each([
    ['it is looked at first, while AWSCURRENT works', of(far, { working: 'AWSCURRENT' }), goesOn],
    ['its value is mended first', of(invalid()), goesOn],
    ['its rotation is over', of(staging('CURRENT_MOVED'), { labels: { now: ['AWSCURRENT'] } }), afresh],
    ['its pending value does not do', of(refused), `${abandoned}; ${afresh}`],
    ['nothing failed', of(undefined), undefined],
  ])('is rotated again when %s', (_, situation, command) => {
    expect(again(situation)).toBe(command);
  });

  it('that was abandoned is rotated again at once, and a wrong setting is that of this function', () => {
    const wrong = new ConfigurationError('wrong', details('INVALID_CONFIGURATION'));

    expect(next(of(staging('TOKEN_UNKNOWN'), { labels: {} }))).toBe(afresh);
    expect(next(of(wrong))).toBe(`aws lambda get-function-configuration --function-name '${arn}' --query Environment`);
  });
});
