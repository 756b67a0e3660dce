import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Account } from '../../cli/account.ts';
import { doctor } from '../../cli/doctor.ts';
import { ownChecks } from '../../cli/own-checks.ts';
import { deniedActions, invokersOf } from '../../cli/rights.ts';
import { denyingProxy } from './cost/denying-proxy.ts';
import { tooWide } from './printed.ts';
import { BROKEN, ROTATOR, startWorld } from './world.ts';

let world: Awaited<ReturnType<typeof startWorld>>;
const PAIR = 'rekey-prod-postgres-alternating-users';
beforeAll(async () => {
  world = await startWorld();
  world.sandbox.functions.register(PAIR, { handler: async () => undefined });
});
beforeEach(() => world.sandbox.reset());
afterAll(() => world.close());

const login = { engine: 'postgres', host: 'db', username: 'app', password: 'a-password-nobody-sees' };
const checked = async (name: string, ...options: string[]) => {
  const { status, stdout } = await world.run(doctor, [name, '--json', ...options]);
  const [{ checks }] = JSON.parse(stdout).secrets;
  return {
    status,
    stdout,
    ...Object.fromEntries(
      checks.map((one: { name: string; result: string; code?: string }) => [one.name, one.code ?? one.result]),
    ),
  };
};

describe('rekey doctor', () => {
  it('says what is well, what is not, and what cannot be seen from here', async () => {
    await world.rotating('prod/key');

    const { status, stdout } = await world.run(doctor, ['prod/key']);

    expect(status).toBe(0);
    expect(tooWide(stdout)).toEqual([]);
    expect(stdout).toMatch(
      /^prod\/key\n {2}✓ secret {4}is there, and no rotation of it is unfinished\n {2}✓ function {2}rekey-prod-generated-value is there, with 30 s\n {2}✓ caller {4}Secrets Manager of this account/,
    );
    expect(stdout).toMatch(/\n {2}✓ login {5}AWSCURRENT opens the system, from the place of the function\n/);
    expect(stdout).toMatch(/\n {2}– topic {5}none is set, so nobody is told of an outcome\n/);
    expect(stdout).toMatch(/\n8 ✓, 0 ✗, 2 not seen from here\n/);
  });

  it('looks at the value of a database, and prints nothing of it', async () => {
    await world.secret('master');
    await world.rotating('whole', { by: PAIR, value: JSON.stringify({ ...login, masterarn: 'master' }) });
    await world.rotating('half', { by: PAIR, value: JSON.stringify(login) });
    await world.rotating('lost', { by: PAIR, value: JSON.stringify({ ...login, masterarn: 'nowhere' }) });
    await world.call('DeleteSecret', { SecretId: 'master' });

    const whole = await checked('whole');

    expect(whole).toMatchObject({ status: 1, value: 'ok', superuser: 'SECRET_NOT_FOUND' });
    expect(await checked('half')).toMatchObject({ status: 1, value: 'INVALID_SECRET' });
    expect(await checked('lost')).toMatchObject({ status: 1, value: 'ok', superuser: 'SECRET_NOT_FOUND' });
    await world.call('RestoreSecret', { SecretId: 'master' });
    // This function is none that answers.
    expect(await checked('whole')).toMatchObject({ status: 1, value: 'ok', superuser: 'ok', login: 'SERVICE_FAILED' });
    expect(await checked('whole', '--function', PAIR)).toMatchObject({ status: 0, value: 'ok', superuser: 'ok' });
    expect(whole.stdout).not.toContain(login.password);
  });

  it('finds a function that is gone, one that is not attached, and a rotation that failed', async () => {
    await world.secret('still');
    await world.rotating('broken', { now: true, value: BROKEN });

    expect(await checked('still')).toMatchObject({ status: 1, function: 'fails' });
    expect(await checked('still', '--function', 'rekey-prod-gone')).toMatchObject({ status: 1, function: 'fails' });
    expect(await checked('still', '--function', ROTATOR)).toMatchObject({ status: 0, function: 'ok' });
    expect(await checked('broken')).toMatchObject({ status: 1, secret: 'fails' });
    await expect(checked('nowhere')).rejects.toMatchObject({ code: 'SECRET_NOT_FOUND' });
  });

  it('shows what the function found, with its code, and reads no value itself', async () => {
    await world.rotating('broken', { value: BROKEN });
    const before = world.sandbox.requests.length;

    const seen = await checked('broken');

    const own = world.sandbox.requests.slice(before).filter(({ caller }) => caller === undefined);
    expect(seen).toMatchObject({ status: 1, value: 'ok', login: 'INVALID_SECRET' });
    expect(own.map(({ operation }) => operation)).not.toContain('GetSecretValue');
    expect(seen.stdout).not.toContain('"hex"');
  });

  it('says what the settings of the function are wrong in, and which right is missing to ask it', async () => {
    const error = { code: 'INVALID_CONFIGURATION', fact: 'PASSWORD_LENGTH is no number', hint: 'correct it' };
    world.sandbox.functions.register(PAIR, {
      handler: async ({ rekey }: Record<string, string>) => (rekey ? { outcome: 'failed', error } : undefined),
    });
    await world.rotating('app', { by: PAIR, value: JSON.stringify(login) });
    const wrong = await checked('app');
    world.sandbox.functions.register(PAIR, { handler: async () => undefined });
    const denied = Object.assign(new Error('no'), { name: 'AccessDeniedException' });
    const functions = { send: () => Promise.reject(denied) };
    const account = { functions, patience: { signal: new AbortController().signal, deadlineMs: 1 } };
    const described = { ARN: 'arn', Name: 'app', RotationEnabled: true, RotationLambdaARN: `a:b:c:d:e:f:${PAIR}` };

    const own = await ownChecks(account as unknown as Account, described as never);

    expect(wrong).toMatchObject({ status: 1, function: 'INVALID_CONFIGURATION' });
    expect(own).toEqual({ hint: expect.stringContaining('"Action":"lambda:InvokeFunction"') });
  });

  it('takes what it may not see for unseen, and says which right is missing', async () => {
    await world.rotating('app', { by: PAIR, value: JSON.stringify(login) });
    await using proxy = await denyingProxy(world.sandbox.url, { GetSecretValue: {} });

    const { stdout } = await world.run(doctor, ['app', '--endpoint-url', proxy.url]);

    expect(stdout).toMatch(/\n {2}– value {5}GetSecretValue of\s+\S+ is\s+denied/);
    expect(stdout).toContain('"Action":"secretsmanager:GetSecretValue"');
  });

  it('takes a function that was asked and does not answer for a mistake', async () => {
    await world.rotating('app', { by: PAIR, value: JSON.stringify(login) });

    const { status, stdout } = await world.run(doctor, ['app']);

    expect(status).toBe(1);
    expect(stdout).toMatch(/\n {2}✗ login {5}SERVICE_FAILED: rekey-prod-postgres-alternating-users does not\s+answer/);
    expect(stdout).not.toContain('was not asked');
  });

  it('changes nothing', async () => {
    await world.rotating('app', { by: PAIR, value: JSON.stringify(login) });
    const before = world.sandbox.requests.length;

    await checked('app');

    const asked = world.sandbox.requests.slice(before).map(({ operation }) => operation);
    expect(asked.filter((operation) => !/^(Describe|Get|List|Simulate)/.test(operation))).toEqual(['Invoke']);
    expect(await world.labels('app')).toEqual(['AWSCURRENT']);
  });
});

describe('rights', () => {
  const answering = (answer: unknown) =>
    ({
      patience: { signal: new AbortController().signal, deadlineMs: 1000 },
      functions: { send: async () => answer },
      iam: { send: async () => answer },
    }) as unknown as Account;
  const policy = (Condition?: object) =>
    answering({
      Policy: JSON.stringify({
        Statement: [
          { Effect: 'Deny', Principal: { Service: 'secretsmanager.amazonaws.com' } },
          { Effect: 'Allow', Principal: { Service: 'secretsmanager.amazonaws.com' }, ...(Condition && { Condition }) },
          { Effect: 'Allow', Principal: '*' },
        ],
      }),
    });

  it('of a function’s policy are those of services, with the account that they work for', async () => {
    const service = 'secretsmanager.amazonaws.com';

    expect(await invokersOf(policy(), 'f')).toEqual([{ service, sourceAccount: undefined }]);
    expect(await invokersOf(policy({ StringEquals: { 'AWS:SourceAccount': '123456789012' } }), 'f')).toEqual([
      { service, sourceAccount: '123456789012' },
    ]);
  });

  it('of a role are what IAM simulates', async () => {
    const EvaluationResults = [
      { EvalActionName: 'secretsmanager:GetSecretValue', EvalDecision: 'allowed' },
      { EvalActionName: 'secretsmanager:PutSecretValue', EvalDecision: 'implicitDeny' },
    ];
    const about = { role: 'r', functionArn: 'f', secretArn: 's' };

    expect(await deniedActions(answering({ EvaluationResults }), about)).toEqual(['secretsmanager:PutSecretValue']);
  });
});
