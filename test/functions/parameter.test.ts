/** Parameters, end to end: the packaged functions, called by a schedule or an operator, and a real PostgreSQL server. */
import { randomUUID } from 'node:crypto';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { packagedFunctions } from '../support/packaged-functions.ts';
import { nameOf, parameterHouse } from '../support/parameter-house.ts';
import { parameterStore, ssmTestClient } from '../support/parameter-store.ts';
import { patience } from '../support/patience.ts';

const { house, planted, current, messages, versionsOf, callsOf, close } = await parameterHouse();
const { sandbox } = house;
afterAll(close);
beforeEach(() => sandbox.faults.clear());

describe('a parameter', () => {
  it('is rotated in one invocation: the new password opens, the old one does not, and labels tell which is which', async () => {
    const { store, rotate, before } = await planted();

    const outcome = await rotate({ Token: 'd32c5kddcf5bb8c3' });

    expect(outcome).toEqual({
      ok: true,
      payload: { Parameter: store.secretId, Token: 'd32c5kddcf5bb8c3', Outcome: 'rotated' },
    });
    expect([await house.opens(before), await house.opens(await current(store))]).toEqual([false, true]);
    expect((await versionsOf(store)).map(({ Labels }) => Labels)).toEqual([['previous'], ['current']]);
    expect(await store.labels()).toEqual({ d32c5kddcf5bb8c3: ['AWSCURRENT'], 1: ['AWSPREVIOUS'] });
  });

  it('tells the topic once, with a command of Parameter Store', async () => {
    const { store, rotate } = await planted();

    await rotate();

    expect(messages(store)).toEqual([
      {
        subject: expect.stringMatching(/^Rekey: \/test\/.* was rotated$/),
        body: expect.objectContaining({
          outcome: 'succeeded',
          secret: { name: store.secretId, arn: `arn:aws:ssm:us-east-1:123456789012:parameter${store.secretId}` },
          strategy: 'single-user',
          working: 'AWSCURRENT',
          next: expect.stringMatching(/^aws ssm get-parameter-history --name '/),
        }),
      },
    ]);
  });

  it('takes turns between two users, and the previous value keeps working', async () => {
    const { store, rotate, before } = await planted('alternatingUsers');

    await rotate();

    const after = await current(store);
    expect(after.username).toBe(`${before.username}_clone`);
    expect([await house.opens(before), await house.opens(after)]).toEqual([true, true]);
  });

  it('is named by its ARN just as well', async () => {
    const { store, rotate } = await planted();

    const outcome = await rotate({ Parameter: `arn:aws:ssm:us-east-1:123456789012:parameter${store.secretId}` });

    expect(outcome.ok).toBe(true);
    expect(await versionsOf(store)).toHaveLength(2);
  });

  it('needs no token: the invocation has an id', async () => {
    const { store, rotate } = await planted();

    const outcome = await rotate({ Token: null });

    expect(outcome).toMatchObject({ ok: true, payload: { Token: expect.stringMatching(/^[\w-]{36}$/) } });
    expect(await versionsOf(store)).toHaveLength(2);
  });

  it('that was rotated with this token before stays as it is, and the answer says so', async () => {
    const { store, rotate } = await planted();
    await rotate({ Token: 'same' });

    const outcome = await rotate({ Token: 'same' });

    expect(outcome).toMatchObject({ ok: true, payload: { Outcome: 'this rotation is complete' } });
    expect(await versionsOf(store)).toHaveLength(2);
  });

  it.each(['singleUser', 'alternatingUsers'] as const)('takes sixteen calls (%s)', async (kind) => {
    const { arn, rotate } = await planted(kind);
    await rotate();
    const first = callsOf(arn).length;

    await rotate();

    // The first one makes the companion, with the tags of the parameter.
    expect(first).toBeLessThanOrEqual(17);
    expect(callsOf(arn).length - first).toBe(16);
  });
});

describe('a schedule', () => {
  it('rotates with its execution id as token, and a redelivery changes nothing', async () => {
    const { store, arn } = await planted();
    const schedules = new SchedulerClient({
      endpoint: sandbox.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'test' },
    });
    await schedules.send(
      new CreateScheduleCommand({
        Name: 'rotate-app-db',
        ScheduleExpression: 'rate(30 days)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: {
          Arn: arn,
          RoleArn: 'arn:aws:iam::123456789012:role/scheduler',
          Input: JSON.stringify({ Parameter: store.secretId, Token: '<aws.scheduler.execution-id>' }),
        },
      }),
    );

    const { executionId } = await sandbox.scheduler.run('rotate-app-db');
    const rotated = await versionsOf(store);
    await sandbox.scheduler.redeliver(executionId);

    expect(await store.labels()).toMatchObject({ [executionId]: ['AWSCURRENT'] });
    expect(rotated).toHaveLength(2);
    expect(await versionsOf(store)).toEqual(rotated);
    schedules.destroy();
  });
});

describe('several invocations', () => {
  it('at once: one rotates, the others leave quietly', async () => {
    const { store, rotate } = await planted();

    const outcomes = await Promise.all(Array.from({ length: 4 }, () => rotate()));

    const told = outcomes.map((outcome) =>
      outcome.ok ? (outcome.payload as { Outcome: string }).Outcome : outcome.error,
    );
    expect(told.sort()).toEqual([
      ...Array(3).fill(expect.stringMatching(/^another invocation (rotates|has)/)),
      'rotated',
    ]);
    expect(await versionsOf(store)).toHaveLength(2);
    expect(await house.opens(await current(store))).toBe(true);
  });

  it('at once, one in a process that runs already: it is quicker than the others can start', async () => {
    const { store, rotate } = await planted();
    await rotate();

    const outcomes = await Promise.all(Array.from({ length: 3 }, () => rotate()));

    expect(outcomes.map(({ ok }) => ok)).toEqual([true, true, true]);
    expect(await versionsOf(store)).toHaveLength(3);
  });

  it('of one token at once end quietly, with one value', async () => {
    const { store, rotate } = await planted();

    const outcomes = await Promise.all([rotate({ Token: 'twice' }), rotate({ Token: 'twice' })]);

    expect(outcomes.map(({ ok }) => ok)).toEqual([true, true]);
    const values = new Set((await versionsOf(store)).map(({ Version }) => Version));
    expect(values.size).toBeLessThanOrEqual(3);
    expect(await house.opens(await current(store))).toBe(true);
    expect((await store.labels()).twice).toEqual(['AWSCURRENT']);
  });
});

describe('a process that dies', () => {
  it.each(['before', 'after'] as const)(
    'at any call to Parameter Store (SIGKILL, %s it): the same token converges, with one value, which every reader gets',
    async (when) => {
      const { store, arn, rotate } = await planted();
      await rotate();
      const count = callsOf(arn).length;
      let nth = 1;

      for (; nth <= count; nth++) {
        const token = randomUUID();
        sandbox.faults.add({ service: 'ssm', caller: nameOf(arn), nth, action: 'kill', when });
        const killed = await rotate({ Token: token });
        if (sandbox.faults.pending().length > 0) break;
        const stored = await store.valueOf(token);
        const again = await rotate({ Token: token });

        expect([killed.ok, again.ok], `call ${nth}`).toEqual([false, true]);
        expect((await store.labels())[token], `call ${nth}`).toEqual(['AWSCURRENT']);
        if (stored !== undefined) expect(await store.plainRead(), `call ${nth}: a second value`).toBe(stored);
        expect(await house.opens(await current(store)), `call ${nth}`).toBe(true);
        sandbox.faults.clear();
      }

      expect(nth).toBeGreaterThan(15);
    },
    patience(120_000),
  );
});

describe('a rotation that died long ago', () => {
  /** What is written meanwhile is a minute old, which is longer than the function may run. */
  async function aMinuteAgo<T>(work: () => Promise<T>): Promise<T> {
    const account = sandbox.account as { now: () => number };
    const { now } = account;
    account.now = () => now() - 60_000;
    try {
      return await work();
    } finally {
      account.now = now;
    }
  }

  it('before its promotion: the next invocation ends it, and that was the rotation', async () => {
    const { store, arn, rotate } = await aMinuteAgo(planted);
    sandbox.faults.add({ operation: 'PutParameter', caller: nameOf(arn), nth: 3, action: 'kill' });
    await aMinuteAgo(() => rotate({ Token: 'died' }));

    const outcome = await rotate({ Token: 'next' });

    expect(outcome).toMatchObject({ ok: true, payload: { Outcome: 'rotated' } });
    expect(await store.labels()).toMatchObject({ died: ['AWSCURRENT'] });
    expect(await house.opens(await current(store))).toBe(true);
    expect(messages(store).map(({ body }) => body.outcome)).toEqual(['recovered', 'succeeded']);
  });

  it('after its promotion: the next invocation completes it, and rotates', async () => {
    const { store, arn, rotate } = await aMinuteAgo(planted);
    sandbox.faults.add({ operation: 'PutParameter', caller: nameOf(arn), nth: 4, action: 'kill' });
    await aMinuteAgo(() => rotate({ Token: 'died' }));

    const outcome = await rotate({ Token: 'next' });

    expect(outcome).toMatchObject({ ok: true, payload: { Outcome: 'rotated' } });
    expect(await store.labels()).toEqual({ next: ['AWSCURRENT'], died: ['AWSPREVIOUS'] });
    expect(await house.opens(await current(store))).toBe(true);
  });
});

describe('bad input', () => {
  it.each([
    ['a parameter that does not exist', { Parameter: '/no/such' }, 'SECRET_NOT_FOUND', 'aws ssm describe-parameters'],
    ['no parameter', { Parameter: undefined }, 'INVALID_EVENT', undefined],
    ['a selector', { Parameter: '/prod/app:current' }, 'INVALID_EVENT', undefined],
    ['a step of Secrets Manager', { Step: 'createSecret' }, 'INVALID_EVENT', undefined],
    ['a companion', { Parameter: '/rekey/prod/app' }, 'INVALID_EVENT', undefined],
    ['another account', { Parameter: 'arn:aws:ssm:us-east-1:999999999999:parameter/app' }, 'INVALID_EVENT', undefined],
    ['another region', { Parameter: 'arn:aws:ssm:eu-west-1:123456789012:parameter/app' }, 'INVALID_EVENT', undefined],
    ['an attribute that nobody filled in', { Token: '<aws.scheduler.execution-id>' }, 'INVALID_EVENT', undefined],
  ])('%s: says what is wrong', async (_, event, code, next) => {
    const { rotate, arn } = await planted();

    const outcome = await rotate(event);

    expect(outcome.ok).toBe(false);
    const failure = sandbox.functions
      .logs(nameOf(arn))
      .map((line) => JSON.parse(line))
      .find(({ level }) => level === 'ERROR');
    expect(failure.code).toBe(code);
    const told = sandbox.sns.messages
      .map(({ message }) => JSON.parse(message))
      .findLast(({ error }) => error?.code === code);
    expect(told?.next).toEqual(next === undefined ? undefined : expect.stringContaining(next));
  });
});

describe.each([
  ['parameter', () => packagedFunctions('parameter', {})],
  ['generated-value', () => packagedFunctions('generated-value', {})],
] as const)('functions/%s.ts', (_, open) => {
  it('rotates a random value that has no system behind it', async () => {
    const own = await open();
    const ssm = ssmTestClient(own.sandbox);
    const store = await parameterStore(ssm, '{"generate":{"kind":"hex","bytes":32},"value":"old"}');

    const outcome = await own.sandbox.functions.invoke(own.register('generatedValue'), { Parameter: store.secretId });

    expect(outcome.ok).toBe(true);
    expect(JSON.parse(await store.plainRead()).value).toMatch(/^[0-9a-f]{64}$/);
    ssm.destroy();
    await own.close();
  });
});
