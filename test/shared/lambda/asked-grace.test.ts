/** docs/revoking.md, "After a rollback and back again": from when a grace time counts. */
import { randomUUID } from 'node:crypto';
import { GetScheduleCommand, ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { afterAll, expect, it, vi } from 'vitest';
import { startSandbox } from '../../../local/sandbox.ts';
import { dualPasswordStrategy } from '../../../shared/databases/strategies/dual-password.ts';
import { handler } from '../../../shared/lambda/handler.ts';
import { memoryEngine, memoryServer } from '../../support/memory-engine.ts';

const sandbox = await startSandbox({ automaticRetries: 0 });
vi.stubEnv('AWS_ENDPOINT_URL', sandbox.url);
vi.stubEnv('AWS_REGION', 'us-east-1');
vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIATEST');
vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
vi.stubEnv('SCHEDULER_ROLE_ARN', 'arn:aws:iam::123456789012:role/rekey-scheduler');
const spy = vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
const schedules = new SchedulerClient({ endpoint: sandbox.url, region: 'us-east-1' });
afterAll(async () => {
  spy.mockRestore();
  vi.unstubAllEnvs();
  schedules.destroy();
  await sandbox.close();
});

const call = async (operation: string, input: object) =>
  (await sandbox.secretsManager.call(operation, { ...input }, { region: 'us-east-1' })) as Record<string, unknown>;

/** Which version is to be ended beside which, and when. */
async function asked() {
  const { Schedules = [] } = await schedules.send(new ListSchedulesCommand({}));
  const each = Schedules.map(async ({ Name }) => {
    const { Target, ScheduleExpression } = await schedules.send(new GetScheduleCommand({ Name }));
    const { ClientRequestToken, PreviousVersion } = JSON.parse(Target?.Input ?? '{}');
    return { ends: PreviousVersion, beside: ClientRequestToken, at: ScheduleExpression };
  });
  return (await Promise.all(each)).sort((a, b) => (String(a.at) < String(b.at) ? -1 : 1));
}

it('a pair of versions that comes again keeps the time that it was given first', async () => {
  const server = memoryServer();
  server.users.set('app', { password: 'first password', rights: new Set() });
  const rotate = handler(dualPasswordStrategy(memoryEngine(server)));
  const arn = sandbox.functions.register('rekey-test', { handler: rotate });
  const value = { engine: 'memory', host: server.host, username: 'app', password: 'first password', revokeAfter: '7d' };
  const [first, second] = [randomUUID(), randomUUID()];
  const roll = (SecretId: unknown, Version: string) =>
    // The ARN, as the tool and the service send it: what else names the secret is another event.
    rotate({ rekey: 'rollback', SecretId, Version }, {
      invokedFunctionArn: arn,
      getRemainingTimeInMillis: () => 30_000,
    } as never);
  const { ARN: SecretId } = await call('CreateSecret', {
    Name: 'app',
    SecretString: JSON.stringify(value),
    ClientRequestToken: first,
  });
  await call('RotateSecret', {
    SecretId: 'app',
    ClientRequestToken: second,
    RotationLambdaARN: arn,
    RotationRules: { AutomaticallyAfterDays: 30 },
  });
  await sandbox.idle();
  const afterRotation = await asked();
  // Schedules know whole seconds.
  await new Promise((resolve) => setTimeout(resolve, 1100));

  expect(await roll(SecretId, first)).toMatchObject({ outcome: 'succeeded' });
  const afterRollback = await asked();
  expect(await roll(SecretId, second)).toMatchObject({ outcome: 'succeeded' });
  const afterBoth = await asked();

  expect(afterRotation).toMatchObject([{ ends: first, beside: second }]);
  expect(afterRollback).toMatchObject([afterRotation[0], { ends: second, beside: first }]);
  expect(afterRollback[1]?.at).not.toBe(afterRotation[0]?.at);
  expect(afterBoth).toEqual(afterRollback);
});
