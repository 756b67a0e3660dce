/** Which host is whose primary, as RDS describes it. The hosts are never connected to. */
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { AwsError } from '../../../local/aws/aws-error.ts';
import { startSandbox } from '../../../local/sandbox.ts';
import { isPrimaryOf } from '../../../shared/aws/rds.ts';

const sandbox = await startSandbox();
vi.stubEnv('AWS_ENDPOINT_URL_RDS', sandbox.url);
vi.stubEnv('AWS_REGION', 'eu-west-1');
vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIATEST');
vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
afterAll(async () => {
  vi.unstubAllEnvs();
  await sandbox.close();
});
afterEach(() => sandbox.rds.reset());

const { signal } = new AbortController();
const host = (name: string, region = 'eu-west-1') => `${name}.abc123.${region}.rds.amazonaws.com`;
const instance = (name: string, more: object = {}) => ({
  DBInstanceIdentifier: name,
  Endpoint: { Address: host(name), Port: 5432 },
  ...more,
});
const source = (of: string) => ({ ReadReplicaSourceDBInstanceIdentifier: of });
const cluster = (kind: string, name = 'shop') => host(name).replace('abc123', `${kind}-abc123`);
const aurora = {
  instances: [
    instance('shop-1', { DBClusterIdentifier: 'shop' }),
    instance('shop-2', { DBClusterIdentifier: 'shop' }),
    instance('other-1', { DBClusterIdentifier: 'other' }),
  ],
  clusters: [
    {
      DBClusterIdentifier: 'shop',
      Endpoint: cluster('cluster'),
      ReaderEndpoint: cluster('cluster-ro'),
      CustomEndpoints: [cluster('cluster-custom', 'reports')],
      DBClusterMembers: [
        { DBInstanceIdentifier: 'shop-1', IsClusterWriter: true },
        { DBInstanceIdentifier: 'shop-2', IsClusterWriter: false },
      ],
    },
    {
      DBClusterIdentifier: 'other',
      Endpoint: cluster('cluster', 'other'),
      DBClusterMembers: [{ DBInstanceIdentifier: 'other-1', IsClusterWriter: true }],
    },
  ],
};

describe('a read replica', () => {
  it.each([
    ['that names its source by identifier', 'orders'],
    ['that names its source by ARN', 'arn:aws:rds:eu-west-1:123456789012:db:orders'],
  ])('%s is proven', async (_how, named) => {
    sandbox.rds.tell({ instances: [instance('orders'), instance('orders-copy', source(named)), instance('stock')] });

    const proven = [
      await isPrimaryOf(host('orders'), host('orders-copy'), signal),
      await isPrimaryOf(host('ORDERS'), host('Orders-Copy'), signal),
      await isPrimaryOf(host('stock'), host('orders-copy'), signal),
      await isPrimaryOf(host('orders-copy'), host('orders'), signal),
    ];

    expect(proven).toEqual([true, true, false, false]);
  });

  it('in another region of China is proven by the ARN, too', async () => {
    const at = (name: string, region: string) => `${name}.abc123.rds.${region}.amazonaws.com.cn`;
    const Endpoint = { Address: at('orders-copy', 'cn-northwest-1'), Port: 5432 };
    const named = 'arn:aws-cn:rds:cn-north-1:123456789012:db:orders';
    sandbox.rds.tell({ instances: [instance('orders-copy', { ...source(named), Endpoint })] });

    const proven = await Promise.all(
      [
        at('orders', 'cn-north-1'),
        at('stock', 'cn-north-1'),
        at('orders', 'cn-northwest-1'),
        host('orders', 'cn-north-1'),
      ].map((primary) => isPrimaryOf(primary, Endpoint.Address, signal)),
    );

    expect(proven).toEqual([true, false, false, false]);
  });

  it('in another region than its source is proven by the ARN', async () => {
    const named = 'arn:aws:rds:us-east-1:123456789012:db:orders';
    sandbox.rds.tell({ instances: [instance('orders-copy', source(named)), instance('orders')] });

    const proven = [
      await isPrimaryOf(host('orders', 'us-east-1'), host('orders-copy'), signal),
      await isPrimaryOf(host('stock', 'us-east-1'), host('orders-copy'), signal),
      await isPrimaryOf(host('orders'), host('orders-copy'), signal),
      await isPrimaryOf('orders.evil.us-east-1.example.com', host('orders-copy'), signal),
    ];

    expect(proven).toEqual([true, false, false, false]);
  });

  it('of a replica is not proven for the first of the chain', async () => {
    const instances = [instance('a'), instance('b', source('a')), instance('c', source('b'))];
    sandbox.rds.tell({ instances });

    expect(await isPrimaryOf(host('a'), host('c'), signal)).toBe(false);
  });
});

describe('an Aurora cluster', () => {
  it.each([
    ['its reader endpoint', cluster('cluster-ro')],
    ['a custom endpoint', cluster('cluster-custom', 'reports')],
    ['a reading member', host('shop-2')],
  ])('%s is proven for the cluster endpoint and the writing member, and for no other', async (_what, replica) => {
    sandbox.rds.tell(aurora);

    const proven = [
      await isPrimaryOf(cluster('cluster'), replica, signal),
      await isPrimaryOf(host('shop-1'), replica, signal),
      await isPrimaryOf(host('shop-2'), replica, signal),
      await isPrimaryOf(cluster('cluster', 'other'), replica, signal),
    ];

    expect(proven).toEqual([true, true, false, false]);
  });

  it('among many is found: custom endpoints are looked for on every page', async () => {
    const many = Array.from({ length: 120 }, (_, i) => ({ DBClusterIdentifier: `c${i}`, Endpoint: `c${i}.example` }));
    sandbox.rds.tell({ clusters: [...many, ...aurora.clusters] });

    expect(await isPrimaryOf(cluster('cluster'), cluster('cluster-custom', 'reports'), signal)).toBe(true);
  });
});

describe('nothing is proven', () => {
  it.each([
    ['for two instances that have nothing to do with each other', host('orders'), host('stock')],
    ['for a host that RDS does not know', host('orders'), host('unknown')],
    ['for an alias of a replica', host('orders'), 'orders-copy.example.com'],
    ['for an alias of the source', 'orders.example.com', host('orders-copy')],
    ['for an address', host('orders'), '10.0.0.7'],
    ['for a custom endpoint that no cluster has', cluster('cluster'), cluster('cluster-custom', 'shop')],
    ['for a cluster member and an instance', host('orders'), host('shop-2')],
  ])('%s', async (_what, primary, replica) => {
    const instances = [instance('orders'), instance('stock'), instance('orders-copy', source('orders'))];
    sandbox.rds.tell({ instances: [...instances, ...aurora.instances], clusters: aurora.clusters });

    expect(await isPrimaryOf(primary, replica, signal)).toBe(false);
  });
});

describe('errors of RDS', () => {
  it('a denied call is a PermissionError that names the call', async () => {
    vi.spyOn(sandbox.rds, 'call').mockRejectedValueOnce(new AwsError('AccessDenied', 'not authorized', 403));

    await expect(isPrimaryOf(host('orders'), host('orders-copy'), signal)).rejects.toMatchObject({
      name: 'PermissionError',
      code: 'ACCESS_DENIED',
      fact: expect.stringContaining('DescribeDBInstances of orders-copy'),
    });
  });

  it('an abort is a DeadlineError', async () => {
    await expect(isPrimaryOf(host('orders'), host('stock'), AbortSignal.abort())).rejects.toMatchObject({
      name: 'DeadlineError',
    });
  });
});
