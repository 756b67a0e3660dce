/** What the page of the sandbox is sent, without a browser. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startLogins } from '../../../local/page/logins.ts';
import { storedIn } from '../../../local/page/stored.ts';
import { viewOf } from '../../../local/page/view.ts';
import { type Sandbox, startSandbox } from '../../../local/sandbox.ts';

const region = { region: 'us-east-1' };
let sandbox: Sandbox;
let logins: ReturnType<typeof startLogins>;
const opened: string[] = [];
let watched: { chosen: string | undefined } | undefined;
beforeEach(async () => {
  opened.length = 0;
  watched = undefined;
  sandbox = await startSandbox({ automaticRetries: 0 });
  const open = async (value: string) => {
    opened.push(value);
    return 'opened' as const;
  };
  logins = startLogins(
    () => storedIn(sandbox),
    (value) => (value.startsWith('value') ? open(value) : undefined),
    () => watched,
  );
});
afterEach(async () => {
  await logins.stop();
  await sandbox.close();
});
const secret = (Name: string, SecretString = 'value') =>
  sandbox.secretsManager.call('CreateSecret', { Name, SecretString, ClientRequestToken: randomUUID() }, region);
const rotate = async (SecretId: string, by: string) => {
  const RotationLambdaARN = sandbox.functions.find(by);
  const rules = { RotationRules: { AutomaticallyAfterDays: 30 }, ClientRequestToken: randomUUID() };
  await sandbox.secretsManager.call('RotateSecret', { SecretId, RotationLambdaARN, ...rules }, region);
  await sandbox.idle();
};

describe('the view of the sandbox', () => {
  it('has everything of the chosen one, and a line of each other', async () => {
    for (const name of ['one', 'two', 'three']) await secret(name);
    const two = viewOf(sandbox, logins, undefined).secrets[1];

    const { secrets } = viewOf(sandbox, logins, two?.arn);

    expect(secrets.map(({ name, details }) => [name, details !== undefined])).toEqual([
      ['one', false],
      ['two', true],
      ['three', false],
    ]);
  });

  it('says in what step a function failed that sends no message, and nothing of its text', async () => {
    const handler = async () => {
      throw new TypeError('the value is never-to-be-shown');
    };
    sandbox.functions.register('my-rotator', { handler });
    await secret('app');
    await rotate('app', 'my-rotator');

    const { secrets } = viewOf(sandbox, logins, undefined);

    expect(secrets[0]).toMatchObject({ state: 'failed', tone: 'bad' });
    expect(secrets[0]?.details?.message).toEqual({
      at: expect.any(Number),
      outcome: 'failed',
      fact: 'createSecret: TypeError, and the function has sent no message',
      next: "aws logs filter-log-events --log-group-name /aws/lambda/my-rotator --query 'events[].message'",
    });
    expect(JSON.stringify(secrets)).not.toContain('never-to-be-shown');
  });

  it('has parameters that are secret, and not their companions', async () => {
    const put = (Name: string, Type: string) =>
      sandbox.ssm.call('PutParameter', { Name, Type, Value: 'value' }, region);
    await put('/prod/app', 'SecureString');
    await put('/rekey/prod/app', 'SecureString');
    await put('/prod/other', 'SecureString');
    await put('/prod/url', 'String');

    const { secrets } = viewOf(sandbox, logins, undefined);

    expect(secrets.map(({ kind, name, state }) => [kind, name, state])).toEqual([
      ['parameter', '/prod/app', 'ok'],
      ['parameter', '/prod/other', 'not rotated'],
    ]);
  });

  it('lets the application of the chosen one log in at each round, and of many others each in its turn', async () => {
    for (let number = 0; number < 100; number += 1) await secret(`app-${number}`, `value-${number}`);
    watched = { chosen: viewOf(sandbox, logins, undefined).secrets[77]?.arn };

    await expect.poll(() => new Set(opened).size).toBe(100);

    const often = (value: string) => opened.filter((one) => one === value).length;
    expect(often('value-77')).toBeGreaterThan(2 * often('value-1'));
  });
});
