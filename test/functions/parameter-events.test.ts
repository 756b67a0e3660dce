/** Parameter policies, end to end: the sandbox carries them out, the packaged function tells. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { generatedValueStrategy } from '../../shared/generated/generated-value.ts';
import { wholeRotation } from '../conformance/rotate.ts';
import { testContext } from '../support/context.ts';
import { packagedFunctions } from '../support/packaged-functions.ts';
import { type ParameterStore, parameterStore, ssmTestClient } from '../support/parameter-store.ts';

const DAY = 86_400_000;
const own = await packagedFunctions('parameter-events', {});
const { sandbox } = own;
const client = ssmTestClient(sandbox);
const arn = own.register('policyEvents');
sandbox.ssm.onPolicyAction(arn);
afterAll(async () => {
  client.destroy();
  await own.close();
});

const policy = (Type: string, Attributes: object) => ({ Type, Version: '1.0', Attributes });
const messages = (name: string) =>
  sandbox.sns.messages
    .map(({ subject, message, attributes }) => ({ subject, body: JSON.parse(message), attributes }))
    .filter(({ body }) => body.secret.name === name);

async function parameter(...policies: object[]) {
  const value = '{"generate":{"kind":"hex","bytes":16},"value":"first"}';
  return parameterStore(client, value, {
    Name: `/app/${randomUUID().slice(0, 8)}`,
    Tier: 'Advanced',
    Policies: JSON.stringify(policies),
  });
}

describe('a policy', () => {
  it('that is about to delete a parameter which nothing rotates is told', async () => {
    const { secretId } = await parameter(
      policy('Expiration', { Timestamp: new Date(Date.now() + 30 * DAY).toISOString() }),
      policy('ExpirationNotification', { Before: '15', Unit: 'Days' }),
    );

    await sandbox.ssm.tick(Date.now() + 16 * DAY);

    expect(messages(secretId)).toMatchObject([
      {
        subject: `Rekey: ${secretId} expires in 15 days, and nothing rotates it`,
        body: {
          outcome: 'unrotated',
          because: 'expires in 15 days, and nothing rotates it',
          next: expect.stringMatching(/^aws ssm get-parameter-history /),
        },
        attributes: { outcome: { Value: 'unrotated' } },
      },
    ]);
  });

  it('that finds a parameter unchanged for long is told', async () => {
    const { secretId } = await parameter(policy('NoChangeNotification', { After: '20', Unit: 'Days' }));

    await sandbox.ssm.tick(Date.now() + 21 * DAY);

    expect(messages(secretId)).toMatchObject([
      { subject: `Rekey: ${secretId} has not changed for 20 days, and nothing rotates it` },
    ]);
  });

  /** One that should change every 20 days, and was rotated this long ago. */
  async function rotated(...daysAgo: number[]): Promise<ParameterStore> {
    const account = sandbox.account as { now: () => number };
    const { now } = account;
    onTestFinished(() => {
      account.now = now;
    });
    const turnTo = (days: number) => {
      account.now = () => now() - days * DAY;
    };
    turnTo(100);
    const store = await parameter(policy('NoChangeNotification', { After: '20', Unit: 'Days' }));
    const strategy = () => generatedValueStrategy();
    for (const days of daysAgo) {
      turnTo(days);
      await wholeRotation({ store, strategy, context: testContext, opens: async () => true });
    }
    account.now = now;
    return store;
  }

  it('says nothing when Rekey rotates the parameter, and will again in time', async () => {
    const store = await rotated(50, 20);

    await sandbox.ssm.tick(Date.now() + DAY);

    expect(messages(store.secretId)).toEqual([]);
    expect(sandbox.functions.invocations(arn.split(':').at(-1) ?? '').at(-1)?.outcome.ok).toBe(true);
  });

  it('is told after one rotation, since nobody knows of another', async () => {
    const store = await rotated(20);

    await sandbox.ssm.tick(Date.now() + DAY);

    expect(messages(store.secretId)).toMatchObject([
      { subject: expect.stringMatching(/ has not changed for 20 days, and the last rotation was on /) },
    ]);
  });

  it('that has deleted a parameter is told, rotated or not', async () => {
    const { secretId } = await parameter(policy('Expiration', { Timestamp: new Date(Date.now() + DAY).toISOString() }));

    await sandbox.ssm.tick(Date.now() + 2 * DAY);

    expect(messages(secretId)).toMatchObject([
      {
        subject: `Rekey: ${secretId} has expired and was deleted`,
        body: { outcome: 'expired', next: expect.stringMatching(/^aws ssm put-parameter --type SecureString /) },
      },
    ]);
  });

  it.each([
    ['nothing', null],
    ['another event', { source: 'aws.ssm', 'detail-type': 'Parameter Store Change', id: '1', detail: {} }],
  ])('is not made up from %s', async (_, event) => {
    const outcome = await sandbox.functions.invoke(arn, event as never);

    expect(outcome).toMatchObject({ ok: false, error: { errorType: 'InvalidEventError' } });
  });
});
