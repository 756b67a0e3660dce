/** AWSCURRENT of alternating users is refused: what people are told, whether AWSPREVIOUS lets applications in or not. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeEach, expect, it, vi } from 'vitest';
import { startSandbox } from '../../../local/sandbox.ts';
import { alternatingUsersStrategy } from '../../../shared/databases/strategies/alternating-users.ts';
import { handler } from '../../../shared/lambda/handler.ts';
import { memoryEngine, memoryServer } from '../../support/memory-engine.ts';

const sandbox = await startSandbox({ automaticRetries: 0 });
vi.stubEnv('AWS_ENDPOINT_URL', sandbox.url);
vi.stubEnv('AWS_REGION', 'us-east-1');
vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIATEST');
vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
const spy = vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
afterAll(async () => {
  spy.mockRestore();
  vi.unstubAllEnvs();
  await sandbox.close();
});

const server = memoryServer();
const where = { engine: 'memory', host: server.host };
const rotate = handler(
  alternatingUsersStrategy(memoryEngine(server), {
    superuserFor: async () => ({ ...where, username: 'root', password: 'root password' }),
  }),
);
const call = async (operation: string, input: object, service: 'sns' | 'secretsManager' = 'secretsManager') =>
  (await sandbox[service].call(operation, { ...input }, { region: 'us-east-1' })) as Record<string, unknown>;
const rotated = async (more: object = {}) => {
  await call('RotateSecret', { SecretId: 'app', ClientRequestToken: randomUUID(), ...more });
  await sandbox.idle();
};
const byHand = (name: string) => Object.assign(server.users.get(name) ?? {}, { password: 'by hand' });

beforeEach(async () => {
  await sandbox.reset();
  const { TopicArn } = await call('CreateTopic', { Name: 'rotations' }, 'sns');
  vi.stubEnv('NOTIFICATION_TOPIC_ARN', String(TopicArn));
  server.users.clear();
  server.users.set('app', { password: 'first password', rights: new Set() });
  server.users.set('root', { password: 'root password', rights: new Set(), superuser: true });
  const value = { ...where, username: 'app', password: 'first password', masterarn: 'arn:superuser' };
  await call('CreateSecret', { Name: 'app', SecretString: JSON.stringify(value), ClientRequestToken: randomUUID() });
  await rotated({
    RotationLambdaARN: sandbox.functions.register('rekey-test', { handler: rotate }),
    RotationRules: { AutomaticallyAfterDays: 30 },
  });
  byHand('app_clone');
});

const told = () => {
  const { subject = '', message = '{}' } = sandbox.sns.messages.at(-1) ?? {};
  return { subject, body: JSON.parse(message) };
};

it('are refused now, and AWSPREVIOUS lets them in: the next command moves the label there', async () => {
  const { VersionId } = await call('GetSecretValue', { SecretId: 'app', VersionStage: 'AWSPREVIOUS' });

  await rotated();

  const { subject, body } = told();
  expect(subject).toMatch(/^Rekey: APPLICATIONS ARE REFUSED NOW.*: app \(AUTHENTICATION_REFUSED\)$/);
  expect(body).toMatchObject({ step: 'setSecret', severity: 'cut-off', working: 'AWSPREVIOUS' });
  expect(body.next).toContain(`--version-stage AWSCURRENT --move-to-version-id '${VersionId}'`);
});

it('and nobody knows what lets them in where AWSPREVIOUS is refused, too', async () => {
  byHand('app');

  await rotated();

  expect(told().body).toMatchObject({ step: 'setSecret', severity: 'failing', working: 'unknown' });
});
