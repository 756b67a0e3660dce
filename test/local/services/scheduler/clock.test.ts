import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Scheduler } from '@aws-sdk/client-scheduler';
import { SSM } from '@aws-sdk/client-ssm';
import { expect, it } from 'vitest';
import { credentials, postJson, readJson } from '../../aws-request.ts';
import { definition } from './scheduler.ts';

const main = fileURLToPath(new URL('../../../../local/main.ts', import.meta.url));
const shift = new URL('clock-shift.fixture.mjs', import.meta.url).href;

it('npm run sandbox carries out by itself what is due', async () => {
  const child = spawn(process.execPath, ['--import', shift, main, '--port', '0', '--database', 'none'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let told = '';
  child.stdout.on('data', (chunk) => {
    told += chunk;
  });
  await expect.poll(() => told).toContain('Ctrl-C');
  const endpoint = /ready on (\S+)/.exec(told)?.[1] ?? '';
  const options = { endpoint, region: 'us-east-1', credentials };
  const policy = { Type: 'Expiration', Version: '1.0', Attributes: { Timestamp: '2020-01-01T00:00:00Z' } };

  const scheduler = new Scheduler(options);
  await scheduler.createSchedule(definition('now', 'rate(1 day)') as Parameters<Scheduler['createSchedule']>[0]);
  const ssm = new SSM(options);
  const Policies = JSON.stringify([policy]);
  await ssm.putParameter({ Name: 'a', Value: 'v', Type: 'String', Tier: 'Advanced', Policies });

  const executed = async () => readJson<unknown[]>(await fetch(`${endpoint}/_sandbox/scheduler`));
  await expect.poll(executed).toMatchObject([{ payload: '{"a":1}' }]);
  const parameters = async () => (await ssm.describeParameters({})).Parameters;
  await expect.poll(parameters).toEqual([]);

  await rotateOnSchedule(endpoint);
  child.kill('SIGUSR2');
  const rotations = async () => readJson<unknown[]>(await fetch(`${endpoint}/_sandbox/rotations`));
  await expect.poll(rotations).toContainEqual(expect.objectContaining({ event: 'RotationStarted' }));
  scheduler.destroy();
  ssm.destroy();
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
});

/** From tomorrow on, by a function that nobody answers for: that it is called is enough. */
async function rotateOnSchedule(endpoint: string): Promise<void> {
  const body = JSON.stringify({ name: 'away', endpoint: 'http://127.0.0.1:1' });
  const { arn: RotationLambdaARN } = await readJson(
    await fetch(`${endpoint}/_sandbox/functions`, { method: 'POST', body }),
  );
  const call = (operation: string, input: object) => postJson(endpoint, operation, JSON.stringify(input));
  await call('CreateSecret', { Name: 'app', ClientRequestToken: randomUUID(), SecretString: 'one' });
  const rules = { RotationRules: { AutomaticallyAfterDays: 1 }, RotateImmediately: false };
  await call('RotateSecret', { SecretId: 'app', ClientRequestToken: randomUUID(), RotationLambdaARN, ...rules });
}
