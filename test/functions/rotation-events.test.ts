/** What Secrets Manager says of rotations, end to end: the packaged function, the sandbox's secrets, and its logs of other functions. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { metricLines } from '../support/emf.ts';
import { packagedFunctions } from '../support/packaged-functions.ts';

const own = await packagedFunctions('watch', {});
const { sandbox } = own;
const name = 'rekey-test-rotation-events';
const bundle = (of: string) => new URL(`../../dist/${of}/index.mjs`, import.meta.url).pathname;
const env = { NOTIFICATION_TOPIC_ARN: own.topicArn, METRICS: 'rekey-test' };
const arn = sandbox.functions.register(name, { file: bundle('watch'), export: 'rotationEvents', env });
const folder = await mkdtemp(join(tmpdir(), 'rekey-dying-'));
afterAll(async () => {
  await own.close();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  await sandbox.reset();
  await sandbox.sns.call('CreateTopic', { Name: 'rotations' }, { region: 'us-east-1' });
});

/** As CloudTrail has them: https://docs.aws.amazon.com/secretsmanager/latest/userguide/cloudtrail_log_entries.html */
const eventOf = (secretId: string, eventName = 'RotationFailed', id: string = randomUUID()) => ({
  version: '0',
  id,
  'detail-type': 'AWS Service Event via CloudTrail',
  source: 'aws.secretsmanager',
  account: '123456789012',
  time: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
  region: 'us-east-1',
  resources: [],
  detail: {
    eventVersion: '1.08',
    userIdentity: { accountId: '123456789012', invokedBy: 'secretsmanager.amazonaws.com' },
    eventSource: 'secretsmanager.amazonaws.com',
    eventName,
    errorMessage:
      'Error when executing lambda arn:aws:lambda:us-east-1:123456789012:function:f during createSecret step',
    requestParameters: null,
    responseElements: null,
    additionalEventData: { SecretId: secretId },
    eventType: 'AwsServiceEvent',
  },
});
const deliver = (event: object) => sandbox.functions.invoke(arn, { ...event });
const told = () => sandbox.sns.messages.map(({ subject, message }) => ({ subject, body: JSON.parse(message) }));
const logs = () => (sandbox.functions.lines(name, 'us-east-1') ?? []).map(({ message }) => message);

/** A secret whose rotation by this function has failed. */
async function failing(by: string): Promise<string> {
  const secret = await own.rawSecret('{"generate":{"kind":"no such kind"},"value":"first"}', `prod/${randomUUID()}`);
  await own.rotate(secret, by);
  return secret;
}
/** Throws before it has said a word: so it is where Secrets Manager may not call it. */
const unreached = (of = 'rekey-test-single') =>
  sandbox.functions.register(of, {
    handler: () => {
      throw new Error('no');
    },
  });

it('tells of a function that was not reached, what to look at, and how to rotate again', async () => {
  const secret = await failing(unreached());

  await deliver(eventOf(secret));

  const { AWSPENDING: token } = await own.labels(secret);
  expect(told()).toMatchObject([
    {
      subject: expect.stringMatching(/^Rekey: rotation of prod\/.* failed in createSecret \(FUNCTION_NOT_REACHED\)$/),
      body: {
        outcome: 'failed',
        severity: 'failing',
        token,
        working: 'unknown',
        error: { code: 'FUNCTION_NOT_REACHED', fact: 'Secrets Manager did not reach rekey-test-single' },
        because: expect.stringMatching(/^Secrets Manager says: Error when executing lambda/),
        next: `aws secretsmanager describe-secret --secret-id '${secret}' --query RotationLambdaARN`,
        rotateAgain: expect.stringContaining(`--remove-from-version-id '${token}'; aws secretsmanager rotate-secret`),
        runbook: 'docs/runbook.md#function_not_reached',
      },
    },
  ]);
  expect(metricLines(logs()).map(({ outcome }) => outcome)).toEqual(['failed']);
});

it('tells an incident once, and not each time that the service tries again', async () => {
  const secret = await failing(unreached());

  for (let attempt = 1; attempt <= 3; attempt += 1) await deliver(eventOf(secret));

  expect(told()).toHaveLength(1);
  expect(logs().filter((line) => line.includes('people were told of this before'))).toHaveLength(2);
});

it('tells nothing where the function has told of this rotation', async () => {
  const file = bundle('generated-value');
  const secret = await failing(
    sandbox.functions.register('rekey-test-generated', { file, export: 'generatedValue', env }),
  );
  const before = told().map(({ body }) => body.error.code);

  await deliver(eventOf(secret));

  expect(before).toEqual(['INVALID_SECRET']);
  expect(told()).toHaveLength(1);
  expect(logs().some((line) => line.includes('the function has told of it'))).toBe(true);
});

it('tells of the next rotation, also where the function has told of the one before', async () => {
  const file = bundle('generated-value');
  const secret = await failing(
    sandbox.functions.register('rekey-test-generated', { file, export: 'generatedValue', env }),
  );
  const { AWSPENDING: token = '' } = await own.labels(secret);
  await sandbox.secretsManager.call(
    'UpdateSecretVersionStage',
    { SecretId: secret, VersionStage: 'AWSPENDING', RemoveFromVersionId: token },
    { region: 'us-east-1' },
  );
  await own.rotate(secret, unreached('rekey-test-generated-2'));

  await deliver(eventOf(secret));

  expect(told().map(({ body }) => body.error.code)).toEqual(['INVALID_SECRET', 'FUNCTION_NOT_REACHED']);
});

it('tells of a process that ended in the middle of a step', async () => {
  const file = join(folder, 'index.mjs');
  await writeFile(
    file,
    `export const dies = ({ Step, SecretId, ClientRequestToken }) => {
      console.log(JSON.stringify({ level: 'INFO', message: 'pending value stored', secretId: SecretId, token: ClientRequestToken, step: Step }));
      return new Promise(() => setTimeout(() => process.exit(1), 200));
    };`,
  );
  const secret = await failing(sandbox.functions.register('rekey-test-dying', { file, export: 'dies' }));

  await deliver(eventOf(secret));

  expect(told().map(({ body }) => body.error)).toMatchObject([
    { code: 'FUNCTION_DIED', fact: 'the process of rekey-test-dying ended before it could say why' },
  ]);
});

it('tells that a rotation was given up because a value was stored, once for one event', async () => {
  const secret = await failing(unreached());
  await own.put(secret, { value: 'by hand' });
  const abandoned = eventOf(secret, 'RotationAbandoned');

  for (const event of [abandoned, abandoned]) await deliver(event);

  expect((await own.labels(secret)).AWSPENDING).toBeUndefined();
  expect(told().map(({ body }) => [body.error.code, body.token])).toEqual([['ROTATION_ABANDONED', abandoned.id]]);
});

/** Of a check of the configuration, whose version with AWSPENDING is gone when the event comes. */
async function failedCheck(secret: string, minutes = 0) {
  const { AWSPENDING: token = '' } = await own.labels(secret);
  if (token !== '') {
    await sandbox.secretsManager.call(
      'UpdateSecretVersionStage',
      { SecretId: secret, VersionStage: 'AWSPENDING', RemoveFromVersionId: token },
      { region: 'us-east-1' },
    );
  }
  return { ...eventOf(secret, 'TestRotationFailed'), time: at(minutes) };
}
const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString().replace(/\.\d+Z$/, 'Z');
const registered = (of: string) =>
  sandbox.functions.register(of, { file: bundle('generated-value'), export: 'generatedValue', env });

it('tells of a check that was not reached, also where a rotation failed and was told of that day', async () => {
  const secret = await failing(registered('rekey-test-generated-3'));

  await deliver(await failedCheck(secret));

  expect(told().map(({ body }) => body.error.code)).toEqual(['INVALID_SECRET', 'FUNCTION_NOT_REACHED']);
});

it('tells that a check was not reached, and not that it died, where a rotation succeeded that day', async () => {
  const secret = await own.rawSecret('{"generate":{"kind":"hex","bytes":16},"value":"first"}', `prod/${randomUUID()}`);
  await own.rotate(secret, registered('rekey-test-generated-4'));
  const before = told().length;

  await deliver(await failedCheck(secret, 20));

  expect(
    told()
      .slice(before)
      .map(({ body }) => body.error.code),
  ).toEqual(['FUNCTION_NOT_REACHED']);
});

it('tells nothing of a check that the function has told of', async () => {
  const secret = await failing(unreached('rekey-test-checked'));
  await writeFile(
    join(folder, 'checked.mjs'),
    `export const checked = ({ SecretId }) => {
      console.log(JSON.stringify({ level: 'ERROR', code: 'UNREACHABLE_TCP', secretId: SecretId, token: 'gone', step: 'testSecret' }));
    };`,
  );
  const by = sandbox.functions.register('rekey-test-checked', { file: join(folder, 'checked.mjs'), export: 'checked' });
  const event = await failedCheck(secret);
  await sandbox.functions.invoke(by, { SecretId: secret });

  await deliver(event);

  expect(told()).toEqual([]);
});

it('leaves the secrets of others alone', async () => {
  const secret = await failing(unreached('their-rotator'));

  await deliver(eventOf(secret));
  await deliver(eventOf(`${secret.slice(0, -6)}AbCdEf`));

  expect(told()).toEqual([]);
});

it('fails where it cannot read the log, so that the event comes again, and tells nothing', async () => {
  const secret = await failing(unreached());
  sandbox.faults.add({ operation: 'FilterLogEvents', action: 'error', times: 9 });

  expect(await deliver(eventOf(secret))).toMatchObject({ error: { errorType: 'ServiceError' } });
  expect(told()).toEqual([]);
});

it.each([{}, { ...eventOf('x'), source: 'aws.ssm' }, eventOf('x', 'RotationSucceeded')])(
  'refuses what is no such event (%#)',
  async (event) => {
    expect(await deliver(event)).toMatchObject({ error: { errorType: 'InvalidEventError' } });
  },
);

it('reads no value', async () => {
  await deliver(eventOf(await failing(unreached())));

  const asked = sandbox.requests.filter(({ caller }) => caller === name).map(({ operation }) => operation);
  expect(new Set(asked)).toEqual(new Set(['ListSecrets', 'FilterLogEvents', 'Publish']));
});
