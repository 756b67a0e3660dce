import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Account } from '../../cli/account.ts';
import { doctor } from '../../cli/doctor.ts';
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
    expect(stdout).toMatch(/\n {2}– login {5}network, TLS, login and rights at the system/);
    expect(stdout).toMatch(/\n4 ✓, 0 ✗, 3 not seen from here\n/);
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
    expect(await checked('whole')).toMatchObject({ status: 0, value: 'ok', superuser: 'ok' });
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

  it('takes what it may not see for unseen, and says which right is missing', async () => {
    await world.rotating('app', { by: PAIR, value: JSON.stringify(login) });
    await using proxy = await denyingProxy(world.sandbox.url, { GetSecretValue: {} });

    const { stdout } = await world.run(doctor, ['app', '--endpoint-url', proxy.url]);

    expect(stdout).toMatch(/\n {2}– value {5}GetSecretValue of\s+\S+ is\s+denied/);
    expect(stdout).toContain('"Action":"secretsmanager:GetSecretValue"');
  });

  it('changes nothing', async () => {
    await world.rotating('app', { by: PAIR, value: JSON.stringify(login) });
    const before = world.sandbox.requests.length;

    await checked('app');

    const asked = world.sandbox.requests.slice(before).map(({ operation }) => operation);
    expect(asked.filter((operation) => !/^(Describe|Get|List|Simulate)/.test(operation))).toEqual([]);
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
