import { describe, expect, it } from 'vitest';
import { startSandbox } from '../../../../local/sandbox.ts';
import { fail, id, withSecret } from './sandbox.ts';

const at = (text: string) => Date.parse(text);

/** With the rules, as of 10 March 2025, and no rotation yet but a configuration check. */
async function scheduled(RotationRules: object, options: Parameters<typeof withSecret>[0] = {}) {
  const account = await withSecret(options);
  await account.rotate('a', { RotationRules, RotateImmediately: false });
  await account.service.idle();
  const described = () => account.call('DescribeSecret', { SecretId: 'a' });
  const rotations = () => account.happened().filter((event) => /^Rotation/.test(event ?? ''));
  return { ...account, described, rotations };
}

describe('a rotation by its schedule', () => {
  it.each([
    [{ AutomaticallyAfterDays: 30 }, '2025-04-09T00:00:00Z', '2025-05-09T23:59:59Z'],
    [{ AutomaticallyAfterDays: 30, Duration: '3h' }, '2025-04-09T00:00:00Z', '2025-05-09T02:59:59Z'],
    [{ ScheduleExpression: 'rate(4 hours)' }, '2025-03-10T08:00:00Z', '2025-03-10T12:59:59Z'],
    [{ ScheduleExpression: 'cron(0 8 1 * ? *)', Duration: '2h' }, '2025-04-01T08:00:00Z', '2025-05-01T09:59:59Z'],
  ])('%j begins when the window opens, and the next one is the one after', async (rules, opens, next) => {
    const account = await scheduled(rules);
    account.clock.now = at(opens) - 1;
    const early = await account.service.rotateDue();
    account.clock.now = at(opens);

    const due = await account.service.rotateDue();

    expect(early).toEqual([]);
    expect(due).toMatchObject([
      { dueAt: new Date(at(opens)).toISOString(), event: 'RotationSucceeded', secretId: account.ARN, attempt: 1 },
    ]);
    const { LastRotatedDate, NextRotationDate, VersionIdsToStages } = await account.described();
    expect([LastRotatedDate * 1000, NextRotationDate * 1000]).toEqual([at(opens), at(next)]);
    expect(VersionIdsToStages[due[0]?.token ?? '']).toEqual(['AWSCURRENT']);
    expect(await account.service.rotateDue()).toEqual([]);
  });

  it('that is asked for ahead of its time happens once, and moves no clock', async () => {
    const account = await scheduled({ AutomaticallyAfterDays: 30 });
    const { now } = account.clock;

    const due = await account.service.rotateDue(at('2026-01-01T00:00:00Z'));
    const again = await account.service.rotateDue(at('2026-01-01T00:00:00Z'));

    expect([due.map(({ event }) => event), again, account.clock.now]).toEqual([['RotationSucceeded'], [], now]);
    expect((await account.described()).NextRotationDate * 1000).toBe(at('2026-01-31T23:59:59Z'));
  });

  it('that fails is repeated at once, and taken up with the same token in the next window', async () => {
    const account = await scheduled({ ScheduleExpression: 'rate(4 hours)' }, { automaticRetries: 1 });
    account.steps.setSecret = fail;
    account.clock.now = at('2025-03-10T08:00:00Z');

    const [failed] = await account.service.rotateDue();
    delete account.steps.setSecret;
    account.clock.now = at('2025-03-10T12:00:00Z');
    const [done] = await account.service.rotateDue();

    expect(failed).toMatchObject({ event: 'RotationFailed', step: 'setSecret', attempt: 2 });
    expect(done).toMatchObject({ event: 'RotationSucceeded', token: failed?.token, attempt: 3 });
    expect(account.rotations()).not.toContain('RotationAbandoned');
  });

  it('waits for no function: a secret that is being rotated is left to that', async () => {
    const account = await scheduled({ ScheduleExpression: 'rate(4 hours)' });
    const reached = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    account.steps.setSecret = () => {
      reached.resolve();
      return held.promise;
    };
    await account.rotate('a', { RotationRules: { ScheduleExpression: 'rate(4 hours)' } });
    await reached.promise;
    account.clock.now = at('2025-03-10T08:00:00Z');

    const due = await account.service.rotateDue();
    held.resolve();
    await account.service.idle();

    expect(due).toEqual([]);
    expect(account.rotations()).toEqual(['RotationStarted', 'RotationSucceeded']);
  });

  it.each([
    ['CancelRotateSecret', { SecretId: 'a' }],
    ['DeleteSecret', { SecretId: 'a' }],
    ['RotateSecret', { SecretId: 'a', RotateImmediately: false, RotationRules: {} }],
    ['PutSecretValue', { SecretId: 'a', ClientRequestToken: id('B'), SecretString: 'by hand' }],
    ['UpdateSecret', { SecretId: 'a', ClientRequestToken: id('B'), SecretString: 'by hand' }],
  ])('does not come in its old window after %s', async (operation, input) => {
    const account = await scheduled({ AutomaticallyAfterDays: 2 });
    account.clock.now = at('2025-03-11T12:00:00Z');
    await account.call(operation, input);
    await account.service.idle();

    const due = await account.service.rotateDue(at('2025-03-12T00:00:00Z'));

    expect(due).toEqual([]);
    expect(account.rotations()).toEqual([]);
  });
});

it('POST /_sandbox/rotations/due rotates in every region what is due by then, and says which', async () => {
  const sandbox = await startSandbox();
  const due = async (body: object) => {
    const answer = await fetch(`${sandbox.url}/_sandbox/rotations/due`, { method: 'POST', body: JSON.stringify(body) });
    return { status: answer.status, body: (await answer.json()) as unknown };
  };
  sandbox.functions.register('refuses', { handler: fail });
  for (const region of ['us-east-1', 'eu-central-1']) {
    const call = (operation: string, input: object) => sandbox.secretsManager.call(operation, { ...input }, { region });
    await call('CreateSecret', { Name: 'app', ClientRequestToken: id('A'), SecretString: 'one' });
    const RotationLambdaARN = sandbox.functions.find('refuses', region);
    const RotationRules = { AutomaticallyAfterDays: 30 };
    const how = { ClientRequestToken: id('B'), RotationLambdaARN, RotationRules, RotateImmediately: false };
    await call('RotateSecret', { SecretId: 'app', ...how });
  }
  await sandbox.idle();

  const answers = [await due({}), await due({ until: '2099-01-01T00:00:00Z' }), await due({ until: 'soon' })];
  await sandbox.close();

  expect(answers[0]).toEqual({ status: 200, body: [] });
  expect(answers[1]?.body).toMatchObject([
    { event: 'RotationFailed', secretId: expect.stringContaining(':us-east-1:'), step: 'createSecret' },
    { event: 'RotationFailed', secretId: expect.stringContaining(':eu-central-1:'), step: 'createSecret' },
  ]);
  expect(answers[2]?.status).toBe(400);
});
