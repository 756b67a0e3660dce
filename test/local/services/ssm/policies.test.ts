import { describe, expect, test } from 'vitest';
import { parameterStore } from './parameter-store.ts';

const at = '2030-01-01T00:00:00.000Z';
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const expiration = policy('Expiration', { Timestamp: '2030-02-01T00:00:00.000Z' });
const warning = policy('ExpirationNotification', { Before: '15', Unit: 'Days' });
const noChange = policy('NoChangeNotification', { After: '20', Unit: 'Days' });

function policy(Type: string, Attributes: unknown) {
  return { Type, Version: '1.0', Attributes };
}

function withPolicies(...policies: unknown[]) {
  const store = parameterStore({ at });
  return { ...store, created: store.put('/app/key', { Tier: 'Advanced', Policies: JSON.stringify(policies) }) };
}

describe('parameter policies', () => {
  test('are shown with the parameter, and stay through a new value', async () => {
    const { created, overwrite, describe } = withPolicies(expiration, warning, noChange);
    await created;

    await overwrite('/app/key', 'two');

    const { Policies } = await describe('/app/key');
    expect(Policies).toEqual(
      [expiration, warning, noChange].map((one) => ({
        PolicyText: JSON.stringify(one),
        PolicyType: one.Type,
        PolicyStatus: 'Pending',
      })),
    );
  });

  test('an empty one takes them all away', async () => {
    const { created, overwrite, describe } = withPolicies(expiration);
    await created;

    await overwrite('/app/key', 'two', { Policies: '[{}]' });

    expect((await describe('/app/key')).Policies).toEqual([]);
  });

  test('make an Intelligent-Tiering parameter Advanced, and are refused for a Standard one', async () => {
    const { put, refusal } = parameterStore({ at });
    const Policies = JSON.stringify([noChange]);

    expect((await put('a', { Tier: 'Intelligent-Tiering', Policies })).Tier).toBe('Advanced');
    expect(await refusal('PutParameter', { Name: 'b', Value: 'v', Type: 'String', Policies })).toBe(
      "ValidationException: You can't assign parameter policies to a standard-parameter tier.",
    );
  });

  test.each([
    ['{', 'Invalid policies input'],
    ['{"Type":"Expiration"}', 'Invalid policies input'],
    ['[1]', 'Invalid policies input'],
    [JSON.stringify(Array(11).fill(noChange)), 'Number of policies attached to a parameter cannot exceed 10'],
    [list(policy('expiration', {})), 'Policy type expiration is not supported.'],
    [list({ ...expiration, Version: '2.0' }), 'Unsupported policy version.'],
    [list({ Type: 'Expiration', Version: '1.0' }), 'Mandatory policy attribute Attributes is missing.'],
    [list(policy('NoChangeNotification', { Unit: 'Days' })), 'Mandatory policy attribute After is missing.'],
    [
      list(expiration, policy('ExpirationNotification', { Before: '1' })),
      'Mandatory policy attribute Unit is missing.',
    ],
    [list(expiration, expiration), 'There can be only one expiration policy'],
    [list(policy('Expiration', {})), 'A valid Expiration policy must have an attribute of Timestamp.'],
    [list(policy('Expiration', { Timestamp: '2030-02-01' })), 'Invalid timestamp format'],
    [list(warning), 'Expiration notification policies are missing expiration policy'],
    [list(policy('NoChangeNotification', { After: '0', Unit: 'Days' })), 'Attribute After must be a positive integer.'],
    [list(policy('NoChangeNotification', { After: '1', Unit: 'Weeks' })), 'Supported time units: DAYS HOURS'],
  ])('%s is refused', async (Policies, text) => {
    const { put } = parameterStore({ at });

    await expect(put('a', { Tier: 'Advanced', Policies })).rejects.toMatchObject({ message: text });
  });

  test.each(['2030-02-01T00:00:00Z', '2030-02-01T01:30:00.5+01:30', '2019-11-01T22:13:48.87+10:30:00'])(
    '%s is a timestamp',
    async (Timestamp) => {
      const { put, describe } = parameterStore({ at });

      await put('a', { Tier: 'Advanced', Policies: list(policy('Expiration', { Timestamp })) });

      expect((await describe('a')).Policies).toHaveLength(1);
    },
  );
});

function list(...policies: unknown[]): string {
  return JSON.stringify(policies);
}

describe('what the policies do', () => {
  test('NoChangeNotification tells of a value that nobody changed, once, in the words of the service', async () => {
    const { created, service, clock } = withPolicies(noChange);
    await created;
    clock.now += 20 * DAY;

    const events = await service.tick();

    expect(events).toEqual([
      {
        version: '0',
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        'detail-type': 'Parameter Store Policy Action',
        source: 'aws.ssm',
        account: '123456789012',
        time: '2030-01-21T00:00:00Z',
        region: 'us-east-1',
        resources: ['arn:aws:ssm:us-east-1:123456789012:parameter/app/key'],
        detail: {
          'policy-type': 'NoChangeNotification',
          'parameter-name': '/app/key',
          'parameter-type': 'String',
          'policy-content': JSON.stringify(noChange),
          'action-status': 'Success',
          'action-reason':
            'The parameter has not been changed for 20 days. This notification was generated based on the policy created at 2030-01-01T00:00:00.000Z',
        },
      },
    ]);
    expect(await service.tick()).toEqual([]);
  });

  test('a new value starts its clock again', async () => {
    const { created, service, clock, overwrite } = withPolicies(noChange);
    await created;
    clock.now += 15 * DAY;
    await overwrite('/app/key', 'two');

    const early = await service.tick(clock.now + 20 * DAY - 1);
    const due = await service.tick(clock.now + 20 * DAY);

    expect([early.length, due.length]).toEqual([0, 1]);
  });

  test('a new value after the notification makes the next one', async () => {
    const { created, service, clock, overwrite } = withPolicies(noChange);
    await created;
    clock.now += 20 * DAY;
    await service.tick();

    await overwrite('/app/key', 'two');

    expect(await service.tick(clock.now + 20 * DAY)).toHaveLength(1);
  });

  test('a parameter that expires is announced, and then gone', async () => {
    const { created, service, refusal, describe } = withPolicies(expiration, warning);
    await created;

    const early = await service.tick(Date.parse('2030-01-16T23:59:59Z'));
    const announced = await service.tick(Date.parse('2030-01-17T00:00:00Z'));
    const statuses = (await describe('/app/key')).Policies.map((one: { PolicyStatus: string }) => one.PolicyStatus);
    const expired = await service.tick(Date.parse('2030-02-01T00:00:00Z'));

    expect(early).toEqual([]);
    expect(announced.map(({ detail }) => detail['policy-type'])).toEqual(['ExpirationNotification']);
    expect(statuses).toEqual(['Pending', 'Finished']);
    expect(expired.map(({ detail }) => detail['policy-type'])).toEqual(['Expiration']);
    expect(await refusal('GetParameter', { Name: '/app/key' })).toBe('ParameterNotFound: ');
  });

  test('a new value does not move the expiration', async () => {
    const { created, service, clock, overwrite } = withPolicies(expiration);
    await created;
    clock.now += 30 * DAY;
    await overwrite('/app/key', 'two');

    const events = await service.tick(Date.parse('2030-02-01T00:00:00Z'));

    expect(events).toHaveLength(1);
  });

  test('hours are hours', async () => {
    const { created, service, clock } = withPolicies(policy('NoChangeNotification', { After: 2, Unit: 'Hours' }));
    await created;

    const early = await service.tick(clock.now + 2 * HOUR - 1);
    const due = await service.tick(clock.now + 2 * HOUR);

    expect([early.length, due.length]).toEqual([0, 1]);
  });

  test('a function that listens gets the event', async () => {
    const { created, service, clock, heard } = withPolicies(noChange);
    await created;
    service.onPolicyAction('rotation-events');

    const [event] = await service.tick(clock.now + 20 * DAY);

    expect(heard).toEqual([{ name: 'rotation-events', event }]);
  });
});

describe('Parameter Store Change', () => {
  test('tells of every change, and of no value', async () => {
    const { put, overwrite, call, service } = parameterStore({ at });
    await put('a', { Type: 'SecureString', Value: 'hunter2', Description: 'why' });
    await overwrite('a', 'hunter3');
    await call('LabelParameterVersion', { Name: 'a', Labels: ['current'] });
    await call('DeleteParameter', { Name: 'a' });

    const { events } = service;

    const operations = ['Create', 'Update', 'LabelParameterVersion', 'Delete'];
    expect(events.map(({ detail }) => detail)).toEqual(
      operations.map((operation) => ({ operation, name: 'a', type: 'SecureString', description: 'why' })),
    );
    expect(JSON.stringify(events)).not.toContain('hunter');
  });
});
