/** The daily look, end to end: the packaged function over the secrets of the sandbox. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { metricLines, metricsIn } from '../support/emf.ts';
import { packagedFunctions } from '../support/packaged-functions.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const own = await packagedFunctions('watch', {});
const { sandbox } = own;
const file = new URL('../../dist/watch/index.mjs', import.meta.url).pathname;
const env = { NOTIFICATION_TOPIC_ARN: own.topicArn, METRICS: 'rekey-test' };
const register = (name: string, more = {}) =>
  sandbox.functions.register(name, { file, export: 'rotations', env: { ...env, ...more } });
const watch = register('rekey-test-watch');
afterAll(() => own.close());
beforeEach(async () => {
  await sandbox.reset();
  await call('CreateTopic', { Name: 'rotations' }, 'sns');
});

function call(operation: string, input: object, service: 'sns' | 'secretsManager' = 'secretsManager') {
  return sandbox[service].call(operation, { ...input }, { region: 'us-east-1' });
}
const look = (at: number, arn = watch) =>
  sandbox.functions.invoke(arn, { id: 'the-look', time: new Date(at).toISOString() });
const told = () => sandbox.sns.messages.map(({ subject, message }) => ({ subject, body: JSON.parse(message) }));

/** A secret that a function rotates every ten days; the first rotation came to its end, or died. Gives the date of the next one. */
async function rotated(name: string, { by = 'rekey-test-single', dies = false } = {}): Promise<number> {
  const handler = async ({ Step, SecretId, ClientRequestToken }: Record<string, string>) => {
    if (dies) throw new Error('no way to the database');
    if (Step === 'createSecret')
      await call('PutSecretValue', {
        SecretId,
        ClientRequestToken,
        SecretString: '{"n":2}',
        VersionStages: ['AWSPENDING'],
      });
    if (Step !== 'finishSecret') return;
    const { VersionIdsToStages } = (await call('DescribeSecret', { SecretId })) ?? {};
    const [current] =
      Object.entries(VersionIdsToStages as Record<string, string[]>).find(([, labels]) =>
        labels.includes('AWSCURRENT'),
      ) ?? [];
    await call('UpdateSecretVersionStage', {
      SecretId,
      VersionStage: 'AWSCURRENT',
      MoveToVersionId: ClientRequestToken,
      RemoveFromVersionId: current,
    });
  };
  const RotationLambdaARN = sandbox.functions.register(by, { handler });
  await call('CreateSecret', { Name: name, SecretString: '{"n":1}', ClientRequestToken: randomUUID() });
  await call('RotateSecret', {
    SecretId: name,
    RotationLambdaARN,
    RotationRules: { AutomaticallyAfterDays: 10 },
    ClientRequestToken: randomUUID(),
  });
  await sandbox.idle();
  const { NextRotationDate } = (await call('DescribeSecret', { SecretId: name })) ?? {};
  return Number(NextRotationDate) * 1000;
}

async function holder(label: string): Promise<string | undefined> {
  const { VersionIdsToStages = {} } = (await call('DescribeSecret', { SecretId: 'prod/app' })) ?? {};
  return Object.entries(VersionIdsToStages as Record<string, string[]>).find(([, all]) => all.includes(label))?.[0];
}

it('tells of a secret that was to be rotated, on the first day and a week later', async () => {
  const next = await rotated('prod/late');

  for (const days of [-1, 0, 1, 6, 7]) await look(next + 2 * HOUR + days * DAY);

  const first = {
    outcome: 'overdue',
    severity: 'failing',
    secret: { name: 'prod/late' },
    working: 'unknown',
    step: 'watch',
  };
  expect(told().map(({ body }) => body)).toMatchObject([first, first]);
  expect(told()[0]).toMatchObject({
    subject: expect.stringMatching(/^Rekey: prod\/late is overdue since \d{4}-\d\d-\d\d$/),
    body: {
      token: 'the-look',
      runbook: 'docs/runbook.md#overdue',
      next: expect.stringMatching(/^aws secretsmanager describe-secret /),
    },
  });
});

it('counts what it found each day, for an alarm that rings for as long as it is so', async () => {
  const next = await rotated('prod/late');

  for (const days of [0, 1]) await look(next + 2 * HOUR + days * DAY);

  const lines = metricLines(
    sandbox.functions.lines('rekey-test-watch', 'us-east-1')?.map(({ message }) => message) ?? [],
  );
  expect(lines.map(({ outcome }) => outcome)).toEqual(['overdue', 'looked', 'overdue', 'looked']);
  expect(metricsIn(lines)).toContain('Outcomes stack=rekey-test outcome=overdue');
});

it('tells of a rotation that has not ended, and not that it is overdue, too', async () => {
  await rotated('prod/stuck', { dies: true });

  await look(Date.now() + 30 * 60_000);
  expect(told()).toEqual([]);
  await look(Date.now() + 2 * HOUR);

  const [{ body } = { body: {} }, ...others] = told();
  expect(others).toEqual([]);
  expect(body).toMatchObject({
    outcome: 'stuck',
    runbook: 'docs/runbook.md#stuck',
    because: expect.stringContaining(`AWSPENDING is on ${body.token}`),
  });
});

it('tells of a rollback that has not ended by its labels, for the date of its version tells nothing', async () => {
  await rotated('prod/app');
  const { VersionId } = (await call('GetSecretValue', { SecretId: 'prod/app', VersionStage: 'AWSPREVIOUS' })) ?? {};
  await call('UpdateSecretVersionStage', {
    SecretId: 'prod/app',
    VersionStage: 'AWSPENDING',
    MoveToVersionId: VersionId,
    RemoveFromVersionId: await holder('AWSPENDING'),
  });

  await look(Date.now() + 30 * 60_000);
  expect(told()).toEqual([]);
  await look(Date.now() + 2 * HOUR);

  expect(told()).toMatchObject([
    {
      subject: expect.stringMatching(/^Rekey: prod\/app is stuck since /),
      body: {
        token: VersionId,
        because: `a rollback has not ended: AWSPENDING is on ${VersionId}, beside AWSPREVIOUS`,
        next: expect.stringMatching(/^rekey rollback 'arn:.*:secret:prod\/app-.*'$/),
      },
    },
  ]);
});

it.each(['rekey-test', 'rekey'])('is refused %s as a stack of others: it would look at nothing', async (own) => {
  const wrong = register('rekey-test-b-watch', { OTHER_STACKS: `rekey-prod, ${own}` });
  await rotated('prod/app', { by: 'rekey-test-b-iam' });

  const answer = await look(Date.now(), wrong);

  expect(answer).toMatchObject({ ok: false, error: { errorType: 'ConfigurationError' } });
});

it('looks at the secrets of its own stack alone, and at all of them', async () => {
  const late = await rotated('prod/000');
  await rotated('prod/other-stage', { by: 'rekey-dev-single' });
  await rotated('prod/not-ours', { by: 'their-rotator' });
  for (let number = 1; number < 120; number += 1) await rotated(`prod/${String(number).padStart(3, '0')}`);

  await look(late + 2 * HOUR);

  const names = told().map(({ body }) => body.secret.name);
  expect(names.toSorted()).toEqual(
    Array.from({ length: 120 }, (_, number) => `prod/${String(number).padStart(3, '0')}`),
  );
});

it('by itself beside a whole stack leaves the secrets of that stack to its own look', async () => {
  const alone = register('rekey-watch', { OTHER_STACKS: 'rekey-test, rekey-prod' });
  const late = await rotated('prod/of-the-stack');
  await rotated('prod/by-itself', { by: 'rekey-mysql-single-user' });
  await rotated('prod/begins-alike', { by: 'rekey-testing' });

  for (const arn of [watch, alone]) await look(late + 2 * HOUR, arn);

  const names = told().map(({ body }) => body.secret.name);
  expect(names.toSorted()).toEqual(['prod/begins-alike', 'prod/by-itself', 'prod/of-the-stack']);
});

it('fails where it cannot look, so that its alarm rings', async () => {
  await rotated('prod/app');
  sandbox.faults.add({ operation: 'ListSecrets', action: 'error', times: 9 });

  expect(await look(Date.now())).toMatchObject({ error: { errorType: 'ServiceError' } });
});

it('does not pretend to watch under a name that says of what', async () => {
  expect(await look(Date.now(), register('my-function'))).toMatchObject({ error: { errorType: 'ConfigurationError' } });
});

it.each([{}, { id: 'a', time: 'tomorrow' }])('refuses an event that is no schedule: %j', async (event) => {
  expect(await sandbox.functions.invoke(watch, event)).toMatchObject({ error: { errorType: 'InvalidEventError' } });
});

it('reads no value', async () => {
  const late = await rotated('prod/app');
  await rotated('prod/stuck', { dies: true });

  await look(late + 2 * HOUR);

  const asked = sandbox.requests
    .filter(({ caller }) => caller === 'rekey-test-watch')
    .map(({ operation }) => operation);
  expect(new Set(asked)).toEqual(new Set(['ListSecrets', 'ListSecretVersionIds', 'Publish']));
});
