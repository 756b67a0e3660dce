import { describe, expect, it } from 'vitest';
import type { Account } from '../../../cli/account.ts';
import { csv } from '../../../cli/cost/csv.ts';
import type { FunctionFacts } from '../../../cli/cost/inventory.ts';
import { ownCosts } from '../../../cli/cost/own.ts';
import { pricesOf } from '../../../cli/cost/pricing.ts';
import { readFunctions } from '../../../cli/cost/read-functions.ts';
import { costReport } from '../../../cli/cost/report.ts';
import { functionOf, inventory, parameter, rotatedByRekey, secret } from './facts.ts';

const prices = pricesOf('us-east-1');
const AT = Date.parse('2026-06-01T00:00:00Z');

describe('what Rekey itself costs', () => {
  it.each<[string, FunctionFacts[], object[]]>([
    ['a stack', [functionOf('a'), functionOf('a')], [{ name: 'a', alarms: 5, keys: 1, now: 1.5, endpoints: 0 }]],
    ['without metrics', [functionOf('a', { hasMetrics: false })], [{ alarms: 1, now: 1.1 }]],
    ['without a key', [functionOf('a', { keys: [] })], [{ keys: 0, now: 0.5 }]],
    [
      'two stacks with one key',
      [functionOf('b'), functionOf('a')],
      [
        { name: 'a', now: 1.5 },
        { name: 'b', now: 0.5 },
      ],
    ],
    ['without the daily look', [functionOf('a', { looks: false })], [{ alarms: 2, now: 1.2 }]],
    ['in a VPC', [functionOf('a', { subnets: ['a', 'b'] })], [{ now: 1.5, endpoints: 29.2 }]],
    [
      'two stacks in one VPC, and one of them in another too',
      [
        functionOf('a', { subnets: ['a', 'b'] }),
        functionOf('b', { subnets: ['b', 'a'] }),
        functionOf('b', { subnets: ['c'] }),
      ],
      [{ endpoints: 29.2 }, { endpoints: 14.6 }],
    ],
    ['nothing', [], []],
  ])('%s', (_, functions, told) => {
    expect(ownCosts(functions, prices.own)).toMatchObject(told);
  });

  it('is in the report, and not in its totals', () => {
    const { own, totals } = costReport({ ...inventory([]), functions: [functionOf('rekey-prod')] }, prices);

    expect([own.length, totals.now]).toEqual([1, 0]);
  });

  it('is said to be unknown where functions may not be read', () => {
    const { notes } = costReport({ ...inventory([]), functions: undefined }, prices);

    expect(notes.map(({ code }) => code)).toContain('functions-unread');
  });
});

describe('functions', () => {
  const statement = (Sid: string, Resource: unknown) => ({ Sid, Effect: 'Allow', Action: 'x', Resource });
  const Statement = [
    statement('ReadSuperuserSecrets', ['arn:super', 'arn:super2']),
    statement('ReadAdminSecrets', 'arn:admin'),
    statement('UseTopicKeyThroughTopic', 'arn:key'),
    statement('RotateAttachedSecrets', 'arn:all'),
  ];
  const missing = Object.assign(new Error('no'), {
    name: 'ResourceNotFoundException',
    $metadata: { httpStatusCode: 404 },
  });
  let asked: string[] = [];
  const account = (iam: () => Promise<unknown>, without: readonly string[] = []): Account =>
    ({
      patience: { signal: new AbortController().signal, deadlineMs: 1000 },
      functions: {
        send: async ({ input }: { input: { FunctionName: string } }) => {
          asked.push(input.FunctionName);
          if (without.includes(input.FunctionName)) throw missing;
          return {
            Role: 'arn:aws:iam::123456789012:role/rekey-role',
            Environment: { Variables: { METRICS: 'rekey-prod' } },
            VpcConfig: { SubnetIds: ['a', 'b'] },
          };
        },
      },
      iam: { send: iam },
    }) as unknown as Account;

  it('tell their stack, the key of its topic, and the secrets that are superusers or admins for them', async () => {
    const PolicyDocument = encodeURIComponent(JSON.stringify({ Statement }));

    expect(
      await readFunctions(
        account(async () => ({ PolicyDocument })),
        ['f'],
      ),
    ).toEqual([
      {
        stack: 'rekey-prod',
        hasMetrics: true,
        keys: ['arn:key'],
        superusers: ['arn:super', 'arn:super2', 'arn:admin'],
        subnets: ['a', 'b'],
        looks: true,
      },
    ]);
  });

  it('have no daily look where their stack has none, and a stack is asked once', async () => {
    asked = [];

    const found = await readFunctions(
      account(async () => ({}), ['rekey-prod-watch']),
      ['f', 'g'],
    );

    expect(found?.map(({ looks }) => looks)).toEqual([false, false]);
    expect(asked.toSorted()).toEqual(['f', 'g', 'rekey-prod-watch']);
  });

  it('that may not be read leave it unknown', async () => {
    const denied = Object.assign(new Error('no'), { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });

    expect(
      await readFunctions(
        account(() => Promise.reject(denied)),
        ['f'],
      ),
    ).toBeUndefined();
  });
});

it('a superuser secret is never advised to move', () => {
  const { secrets } = costReport(inventory([secret('super', { isSuperuser: true })]), prices);

  expect(secrets).toMatchObject([{ verdict: 'keep', reasons: [{ code: 'superuser' }], saving: 0 }]);
});

describe('a secret that nobody reads', () => {
  it.each([
    ['read 91 days ago', { lastAccessed: '2026-03-02T00:00:00.000Z' }, true],
    ['read 89 days ago', { lastAccessed: '2026-03-04T00:00:00.000Z' }, false],
    ['never read, and old', { created: '2025-01-01T00:00:00.000Z' }, true],
    ['never read, and new', { created: '2026-05-30T00:00:00.000Z' }, false],
    ['read lately, and old', { created: '2025-01-01T00:00:00.000Z', lastAccessed: '2026-05-30T00:00:00.000Z' }, false],
    ['scheduled for deletion', { created: '2025-01-01T00:00:00.000Z', isDeleted: true }, false],
    ['of unknown age', {}, false],
  ])('for 90 days is told: %s', (_, special, told) => {
    const { secrets, notes } = costReport(inventory([secret('app', special)]), prices, AT);

    expect(secrets[0]?.isUnread).toBe(told);
    expect(notes.some(({ code }) => code === 'unread')).toBe(told);
  });
});

describe('--csv', () => {
  it('has a line for each secret, parameter and stack, by saving', () => {
    const found = inventory(
      [secret('cheap', rotatedByRekey), secret('kept', { policy: 'cross-account' })],
      [parameter('/a')],
    );

    const lines = csv(costReport({ ...found, functions: [functionOf('rekey-prod')] }, prices, AT)).split('\r\n');

    expect(lines).toEqual([
      'kind,name,arn,verdict,reasons,now,after,saving,last_accessed,unread',
      'secret,cheap,arn:aws:secretsmanager:us-east-1:123456789012:secret:cheap-AbCdEf,could-move,,0.4,0,0.4,,false',
      'secret,kept,arn:aws:secretsmanager:us-east-1:123456789012:secret:kept-AbCdEf,keep,cross-account,0.4,0.4,0,,false',
      'parameter,/a,,,,0,0,0,,',
      'rekey,rekey-prod,,,,1.5,1.5,0,,',
      '',
    ]);
  });

  it.each([
    ['=HYPERLINK("x")', `"'=HYPERLINK(""x"")"`],
    ['@a,b', `"'@a,b"`],
    ['-1', "'-1"],
  ])('makes nothing of a name like %s that a spreadsheet would run', (name, told) => {
    const [, line = ''] = csv(costReport(inventory([secret(name)]), prices, AT)).split('\r\n');

    expect(line.startsWith(`secret,${told},`)).toBe(true);
  });
});
