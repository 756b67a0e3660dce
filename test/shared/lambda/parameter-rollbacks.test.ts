/** Rollbacks of parameters that fail, through the handler and from its sources: what the journal keeps of them, and who goes on. */
import { paginateGetParameterHistory } from '@aws-sdk/client-ssm';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startSandbox } from '../../../local/sandbox.ts';
import { singleUserStrategy } from '../../../shared/databases/strategies/single-user.ts';
import { handler } from '../../../shared/lambda/handler.ts';
import { PermissionError } from '../../../shared/rotation/errors.ts';
import { memoryEngine, memoryServer } from '../../support/memory-engine.ts';
import { type ParameterStore, parameterStore, ssmTestClient } from '../../support/parameter-store.ts';

const clock = { behind: 0 };
const sandbox = await startSandbox({ account: { now: () => Date.now() - clock.behind } });
const client = ssmTestClient(sandbox);
vi.stubEnv('AWS_ENDPOINT_URL', sandbox.url);
vi.stubEnv('AWS_REGION', 'us-east-1');
vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIATEST');
vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
const topic = await sandbox.sns.call('CreateTopic', { Name: 'news' }, { region: 'us-east-1' });
vi.stubEnv('NOTIFICATION_TOPIC_ARN', String(topic?.TopicArn));
const spy = vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
afterAll(async () => {
  spy.mockRestore();
  vi.unstubAllEnvs();
  client.destroy();
  await sandbox.close();
});
beforeEach(() => {
  clock.behind = 0;
  sandbox.faults.clear();
});

const server = memoryServer();
const strategy = singleUserStrategy(memoryEngine(server));
const asItIs = handler(strategy);
const first = { engine: 'memory', host: server.host, username: 'app', password: 'first password' };
const elsewhere = { ...first, host: 'elsewhere.example' };

/** A parameter whose value from before is `previous`. */
async function planted(previous: object): Promise<ParameterStore> {
  clock.behind = 240_000;
  server.users.set('app', { password: first.password, rights: new Set() });
  const store = await parameterStore(client, JSON.stringify(previous));
  await store.putCurrent(JSON.stringify(first));
  clock.behind = 0;
  return store;
}

const invoke = (store: ParameterStore, event: object, rotate = asItIs) =>
  rotate({ Parameter: store.secretId, ...event }, {
    awsRequestId: 'id',
    getRemainingTimeInMillis: () => 30_000,
  } as never);
const back = { rekey: 'rollback', Token: 'back' };

async function journal({ companion }: ParameterStore): Promise<string[]> {
  const entries: string[] = [];
  for await (const { Parameters = [] } of paginateGetParameterHistory({ client }, { Name: companion }))
    entries.push(...Parameters.map(({ Description }) => Description ?? ''));
  return entries;
}
const kinds = async (store: ParameterStore) =>
  (await journal(store)).map((entry) => entry.replace(/^Rekey (\S+ \S+).*$/, '$1'));
const told = ({ secretId }: ParameterStore) =>
  sandbox.sns.messages.map(({ message }) => JSON.parse(message)).filter(({ secret }) => secret.name === secretId);

/** Stores its value, and gets no further. Its process is dead for everybody. */
async function failsFirst(store: ParameterStore): Promise<void> {
  clock.behind = 120_000;
  sandbox.faults.add({ service: 'ssm', operation: 'LabelParameterVersion', action: 'error', times: 50 });
  const failed = await invoke(store, back);
  expect(failed).toMatchObject({ outcome: 'failed', error: { retryable: true } });
  sandbox.faults.clear();
  clock.behind = 0;
}

describe('a rollback that failed and might have passed', () => {
  it('is given up by the schedule that finds that it never will, and the next one rotates', async () => {
    const store = await planted(elsewhere);
    await failsFirst(store);
    expect((await journal(store))[0]).toMatch(/^Rekey claim back from 2 dead-after \d+ rollback$/);

    await expect(invoke(store, { Token: 'one' })).rejects.toMatchObject({ code: 'TARGET_MISMATCH' });
    const next = await invoke(store, { Token: 'two' });

    expect(told(store)[1]).toMatchObject({ outcome: 'failed', token: 'back' });
    expect(next).toMatchObject({ Token: 'two', Outcome: 'rotated' });
    expect(await kinds(store)).toEqual(
      ['claim', 'value', 'alive', 'abandoned']
        .map((kind) => `${kind} back`)
        .concat('claim two', 'value two', 'done two'),
    );
    expect(server.users.get('app')?.password).toBe(JSON.parse(await store.plainRead()).password);
  });

  it('is ended as one by the schedule that goes on with it', async () => {
    const before = { ...first, password: 'password of before' };
    const store = await planted(before);
    await failsFirst(store);

    const answer = await invoke(store, { Token: 'one' });

    expect(answer).toMatchObject({ Outcome: 'rolled back' });
    expect(JSON.parse(await store.plainRead())).toEqual(before);
    expect(server.users.get('app')?.password).toBe(before.password);
    expect(told(store).at(-1)).toMatchObject({ outcome: 'succeeded', action: 'rollback' });
  });

  it('is one still after so many tries that its entries were written again', async () => {
    const store = await planted(elsewhere);
    await failsFirst(store);
    for (let turn = 0; turn < 60; turn++) await store.versions.begin(store.secretId, 'back', { deadAfterMs: 0 });

    await expect(invoke(store, { Token: 'one' })).rejects.toMatchObject({ code: 'TARGET_MISMATCH' });

    expect((await journal(store)).some((entry) => /^Rekey kept back .* rollback$/.test(entry))).toBe(true);
    expect((await kinds(store)).at(-1)).toBe('abandoned back');
  });

  it('of the version before, whose journal does not say so, is gone on with as ever, and its own token gives it up', async () => {
    const store = await planted(elsewhere);
    const entries = [
      ['claim', ' from 2 dead-after 1'],
      ['value', ''],
    ] as const;
    for (const [kind, more] of entries)
      await sandbox.ssm.call(
        'PutParameter',
        {
          Name: store.companion,
          Value: kind === 'value' ? JSON.stringify(elsewhere) : kind,
          Type: 'SecureString',
          Overwrite: true,
          Description: `Rekey ${kind} back${more}`,
        },
        { region: 'us-east-1' },
      );
    clock.behind = 0;

    await expect(invoke(store, { Token: 'one' })).rejects.toMatchObject({ code: 'TARGET_MISMATCH' });
    const open = await kinds(store);
    const answer = await invoke(store, back);

    expect(open).toEqual(['claim back', 'value back', 'alive back']);
    expect(answer).toMatchObject({ outcome: 'failed', error: { code: 'TARGET_MISMATCH' } });
    expect((await kinds(store)).at(-1)).toBe('abandoned back');
  });
});

it('a rollback that fails for good once its value is current stays open, and the next invocation ends it', async () => {
  const before = { ...first, password: 'password of before' };
  const store = await planted(before);
  const denied = handler({
    ...strategy,
    settle: async () => {
      throw new PermissionError('settling is denied', { code: 'ACCESS_DENIED', hint: 'grant it' });
    },
  });

  const undone = await invoke(store, back, denied);
  const open = await kinds(store);
  const again = await invoke(store, back);

  expect(undone).toMatchObject({ outcome: 'failed', error: { code: 'ACCESS_DENIED', retryable: false } });
  expect(open).toEqual(['claim back', 'value back']);
  expect(again).toMatchObject({ Outcome: 'rolled back' });
  expect((await kinds(store)).at(-1)).toBe('done back');
  expect(JSON.parse(await store.plainRead())).toEqual(before);
  expect(server.users.get('app')?.password).toBe(before.password);
});

it('a rotation that died is none of a person who asks for a rollback: it keeps its value, and stays open', async () => {
  const store = await planted(elsewhere);
  clock.behind = 120_000;
  await store.versions.begin(store.secretId, 'one', { deadAfterMs: 1 });
  await store.versions.put(store.secretId, 'one', JSON.stringify(elsewhere));
  clock.behind = 0;

  const undone = await invoke(store, back);

  expect(undone).toMatchObject({ outcome: 'failed', error: { code: 'TARGET_MISMATCH' } });
  expect(await kinds(store)).toEqual(['claim one', 'value one', 'alive one']);
});

it('a rollback that can neither pass nor be given up says why it failed, and stays open', async () => {
  const store = await planted(elsewhere);
  sandbox.faults.add({ service: 'ssm', operation: 'PutParameter', action: 'error', nth: 3, times: 50 });

  const undone = await invoke(store, back);

  expect(undone).toMatchObject({ outcome: 'failed', error: { code: 'TARGET_MISMATCH' } });
  expect(await kinds(store)).toEqual(['claim back', 'value back']);
});

it('a rotation that somebody has ended is not given up: nothing is written', async () => {
  const store = await planted(first);
  await store.versions.begin(store.secretId, 'one', { deadAfterMs: 1 });

  await store.versions.abandon(store.secretId, 'two');

  expect(await kinds(store)).toEqual(['claim one']);
});
