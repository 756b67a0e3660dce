/** What one failed step says: to the log, and to people. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { singleUserStrategy } from '../../../shared/databases/strategies/single-user.ts';
import { startInvocation } from '../../../shared/lambda/invocation.ts';
import { parseSecretEvent } from '../../../shared/lambda/secret-event.ts';
import type { RotationError } from '../../../shared/rotation/errors.ts';
import { InvalidSecretError, LockedOutError, StagingError, UnreachableError } from '../../../shared/rotation/errors.ts';
import { memoryEngine, memoryServer } from '../../support/memory-engine.ts';

const published: URLSearchParams[] = [];
let status = 200;
const topic = createServer((request, response) => {
  let text = '';
  request.on('data', (chunk) => {
    text += chunk;
  });
  request.on('end', () => {
    if (status === 200) published.push(new URLSearchParams(text));
    response.statusCode = status;
    response.end('<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>');
  });
});
await new Promise<void>((resolve) => topic.listen(0, '127.0.0.1', resolve));
const lines: string[] = [];
const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
afterAll(() => {
  spy.mockRestore();
  vi.unstubAllEnvs();
  topic.closeAllConnections();
  topic.close();
});
beforeEach(() => {
  vi.stubEnv('AWS_ENDPOINT_URL_SNS', `http://127.0.0.1:${(topic.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  vi.stubEnv('NOTIFICATION_TOPIC_ARN', 'arn:aws:sns:us-east-1:123456789012:rotations');
  published.length = 0;
  lines.length = 0;
  status = 200;
});

const hung = new UnreachableError('Secrets Manager did not answer UpdateSecretVersionStage', {
  code: 'UNREACHABLE_TCP',
  hint: 'see the interface endpoint',
});
const lockedOut = new LockedOutError('no stored version opens it', { hint: 'reset the password' });

/** Each call is an invocation of its own, in this one process. */
async function failed(token: string, error: RotationError = hung, working: 'AWSPENDING' | 'AWSCURRENT' = 'AWSPENDING') {
  const invocation = startInvocation(singleUserStrategy(memoryEngine(memoryServer())));
  invocation.event = parseSecretEvent({ Step: 'setSecret', SecretId: 'app', ClientRequestToken: token });
  invocation.progress.secret = {
    arn: 'arn:app',
    name: 'app',
    rotationEnabled: true,
    labels: { [token]: ['AWSPENDING'], before: ['AWSCURRENT'] },
  };
  invocation.progress.working = working;
  invocation.progress.refusedSince = new Date('2026-03-01T02:14:07Z');
  await invocation.fail(error);
}

const attributes = (message = new URLSearchParams()) =>
  Object.fromEntries(
    [1, 2, 3, 4, 5, 6, 7].flatMap((n) => {
      const entry = `MessageAttributes.entry.${n}`;
      const name = message.get(`${entry}.Name`);
      return name === null
        ? []
        : [[name, `${message.get(`${entry}.Value.DataType`)} ${message.get(`${entry}.Value.StringValue`)}`]];
    }),
  );

describe('a step that leaves applications refused', () => {
  it('says so first, since when, and the one command', async () => {
    await failed('one');

    const [message] = published;
    const body = JSON.parse(message?.get('Message') ?? '');
    expect(message?.get('Subject')).toBe('Rekey: APPLICATIONS ARE REFUSED NOW since 02:14 UTC: app (UNREACHABLE_TCP)');
    expect(body).toMatchObject({ severity: 'cut-off', attempt: 1, since: '2026-03-01T02:14:07.000Z' });
    expect(body.next).toBe(
      "aws secretsmanager update-secret-version-stage --secret-id 'arn:app' --version-stage AWSCURRENT --move-to-version-id 'one' --remove-from-version-id 'before'",
    );
    expect(body.summary).toBe(
      `Applications that read AWSCURRENT of app are refused now, since 2026-03-01T02:14:07.000Z. Do now: ${body.next}`,
    );
    expect(attributes(message)).toMatchObject({ severity: 'String cut-off', attempt: 'Number 1' });
  });

  it('is told once, then as still failing, and of each attempt there is a line in the log', async () => {
    for (let attempt = 1; attempt <= 5; attempt++) await failed('two');

    expect(published.map((message) => message.get('Subject'))).toEqual([
      'Rekey: APPLICATIONS ARE REFUSED NOW since 02:14 UTC: app (UNREACHABLE_TCP)',
      'Rekey: APPLICATIONS ARE REFUSED NOW since 02:14 UTC: app (UNREACHABLE_TCP), attempt 4',
    ]);
    const failures = lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 'ERROR');
    expect(failures.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5]);
  });
});

it('says in one line of the log, in fields, what it says to people', async () => {
  await failed('three', hung, 'AWSCURRENT');

  expect(lines.map((line) => JSON.parse(line))[0]).toMatchObject({
    level: 'ERROR',
    message: hung.message,
    code: 'UNREACHABLE_TCP',
    fact: hung.fact,
    hint: hung.hint,
    working: 'AWSCURRENT',
    severity: 'failing',
    attempt: 1,
  });
});

it('is told again when something changed', async () => {
  await failed('four', hung, 'AWSCURRENT');
  await failed('four');
  await failed('four', lockedOut);

  expect(published.map((message) => attributes(message).severity)).toEqual([
    'String failing',
    'String cut-off',
    'String cut-off',
  ]);
});

it('is told at the next attempt when the topic could not be reached', async () => {
  status = 400;
  await failed('five');
  status = 200;
  await failed('five');

  expect(published.map((message) => attributes(message).attempt)).toEqual(['Number 2']);
});

it.each([
  ['on', 1],
  ['off', 0],
])('tells of a configuration check that passed: %s', async (setting, messages) => {
  vi.stubEnv('NOTIFY_CHECKS', setting);
  const invocation = startInvocation(singleUserStrategy(memoryEngine(memoryServer())));
  invocation.event = parseSecretEvent({ Step: 'testSecret', SecretId: 'app', ClientRequestToken: 'check' });

  await invocation.report({ outcome: 'checked' });

  expect(published.map((message) => attributes(message).severity)).toEqual(Array(messages).fill('String info'));
});

it.each([
  ['checked', 'SERVICE_FAILED'],
  ['succeeded', undefined],
] as const)('a topic that takes no message fails a step that is over with %s: %s', async (outcome, code) => {
  status = 400;
  vi.stubEnv('NOTIFY_CHECKS', 'on');
  const invocation = startInvocation(singleUserStrategy(memoryEngine(memoryServer())));
  invocation.event = parseSecretEvent({ Step: 'testSecret', SecretId: 'app', ClientRequestToken: 'topic' });

  const told = await invocation.report({ outcome }).catch((error) => error);

  expect(told?.code).toBe(code);
});

it.each([
  ['chat', ['default', 'email', 'https']],
  ['TEXT', ['default', 'email']],
  ['json', []],
  ['html', []],
])('is told in the form that NOTIFICATION_FORMAT asks for: %s', async (format, protocols) => {
  vi.stubEnv('NOTIFICATION_FORMAT', format);

  await failed(`form ${format}`);

  vi.stubEnv('NOTIFICATION_FORMAT', undefined);
  const [message] = published;
  const isStructured = message?.get('MessageStructure') === 'json';
  expect(isStructured ? Object.keys(JSON.parse(message?.get('Message') ?? '')) : []).toEqual(protocols);
});

it('is told again when the step has passed between', async () => {
  await failed('seven', hung, 'AWSCURRENT');
  const passing = startInvocation(singleUserStrategy(memoryEngine(memoryServer())));
  passing.event = parseSecretEvent({ Step: 'setSecret', SecretId: 'app', ClientRequestToken: 'seven' });
  passing.passed();
  await failed('seven', hung, 'AWSCURRENT');

  expect(published.map((message) => attributes(message).attempt)).toEqual(['Number 1', 'Number 1']);
});

it('repeats a failure as one, with its number', async () => {
  for (let attempt = 1; attempt <= 4; attempt++) await failed('six', hung, 'AWSCURRENT');

  expect(published.map((message) => message.get('Subject'))).toEqual([
    'Rekey: rotation of app failed in setSecret (UNREACHABLE_TCP)',
    'Rekey: rotation of app is still failing in setSecret, attempt 4 (UNREACHABLE_TCP)',
  ]);
});

it.each([
  ['no current value', new StagingError('none', { hint: 'store one', code: 'CURRENT_MISSING' }), 'unknown'],
  [
    'a current value that cannot be read yet',
    new StagingError('late', { hint: 'wait', code: 'CURRENT_MISSING', retryable: true }),
    'AWSCURRENT',
  ],
  ['no secret', new InvalidSecretError('gone', { hint: 'restore it', code: 'SECRET_NOT_FOUND' }), 'unknown'],
  [
    'a secret that names one which is not there',
    new InvalidSecretError('gone', { hint: 'restore it', code: 'SECRET_NOT_FOUND', about: 'arn:super' }),
    'AWSCURRENT',
  ],
])('with %s, says what works, and links the entry of the runbook', async (what, error, working) => {
  vi.stubEnv('RUNBOOK_URL', 'https://git.test/runbook.md');

  await failed(`of ${what}`, error, 'AWSCURRENT');

  vi.stubEnv('RUNBOOK_URL', '');
  const body = JSON.parse(published[0]?.get('Message') ?? '');
  expect(body.working).toBe(working);
  expect(body.runbook).toBe(`https://git.test/runbook.md#${error.code.toLowerCase()}`);
});
