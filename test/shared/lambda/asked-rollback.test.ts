/** What a person sends for a secret, through the handler and from its sources: the packaged functions have the same end to end. */
import { randomUUID } from 'node:crypto';
import { beforeEach, expect, it } from 'vitest';
import { handledInSandbox } from '../../support/handled.ts';

const { sandbox, lines, server, rotate } = await handledInSandbox();
const call = async (operation: string, input: object) =>
  (await sandbox.secretsManager.call(operation, { ...input }, { region: 'us-east-1' })) as Record<string, unknown>;
const value = async (VersionStage: string) => {
  const { VersionId, SecretString } = await call('GetSecretValue', { SecretId: 'app', VersionStage });
  return { id: String(VersionId), password: JSON.parse(String(SecretString)).password as string };
};
const asked = (Version: string, more: object = {}) =>
  rotate({ rekey: 'rollback', SecretId: 'app', Version, ...more }, {
    awsRequestId: 'id',
    getRemainingTimeInMillis: () => 30_000,
  } as never);

beforeEach(async () => {
  await sandbox.reset();
  lines.length = 0;
  server.users.set('app', { password: 'first password', rights: new Set() });
  const login = { engine: 'memory', host: server.host, username: 'app', password: 'first password' };
  await call('CreateSecret', { Name: 'app', SecretString: JSON.stringify(login), ClientRequestToken: randomUUID() });
  await call('RotateSecret', {
    SecretId: 'app',
    ClientRequestToken: randomUUID(),
    RotationLambdaARN: sandbox.functions.register('rekey-test', { handler: rotate }),
    RotationRules: { AutomaticallyAfterDays: 30 },
  });
  await sandbox.idle();
});

it('brings AWSPREVIOUS back at the server, too, and answers with the versions', async () => {
  const [before, current] = [await value('AWSPREVIOUS'), await value('AWSCURRENT')];
  expect(server.users.get('app')?.password).toBe(current.password);

  const answer = await asked(before.id);

  expect(answer).toEqual({ outcome: 'succeeded', current: before.id, previous: current.id });
  expect(server.users.get('app')?.password).toBe('first password');
  expect([await value('AWSCURRENT'), await value('AWSPREVIOUS')]).toEqual([before, current]);
  const told = lines.map((line) => JSON.parse(line));
  expect(told).toContainEqual(expect.objectContaining({ message: 'step done', step: 'rollback', token: before.id }));
  expect(lines.join('')).not.toContain(current.password);
});

it('of a version that is not AWSPREVIOUS is answered with what is wrong, and nothing is changed', async () => {
  const { password } = await value('AWSCURRENT');
  const version = randomUUID();

  const answer = await asked(version);

  expect(answer).toMatchObject({ outcome: 'failed', error: { code: 'PREVIOUS_UNUSABLE' } });
  expect(server.users.get('app')?.password).toBe(password);
  expect((await value('AWSCURRENT')).password).toBe(password);
  expect((await call('DescribeSecret', { SecretId: 'app' })).VersionIdsToStages).not.toHaveProperty(version);
});

it.each([
  ['no version', { Version: undefined }, /field Version/],
  ['a word that nobody knows', { rekey: 'roll-back' }, /field rekey/],
])('with %s rejects, and nothing is changed', async (_, more, fact) => {
  const { password } = await value('AWSCURRENT');

  await expect(asked('x', more)).rejects.toMatchObject({ code: 'INVALID_EVENT', fact: expect.stringMatching(fact) });

  expect(server.users.get('app')?.password).toBe(password);
});

it('with a parameter beside it is about neither', async () => {
  const { id } = await value('AWSPREVIOUS');
  const { password } = await value('AWSCURRENT');

  await expect(asked(id, { Parameter: '/app' })).rejects.toMatchObject({ code: 'INVALID_EVENT' });

  expect(server.users.get('app')?.password).toBe(password);
});
