import { DescribeDBClustersCommand, DescribeDBInstancesCommand, RDSClient } from '@aws-sdk/client-rds';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../../../local/sandbox.ts';
import { credentials } from '../../aws-request.ts';

let sandbox: Sandbox;
let client: RDSClient;
const secret = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!db-1';

beforeAll(async () => {
  sandbox = await startSandbox();
  client = new RDSClient({ endpoint: sandbox.url, region: 'us-east-1', credentials, maxAttempts: 1 });
  const told = {
    instances: [
      {
        DBInstanceIdentifier: 'primary',
        Engine: 'postgres',
        Endpoint: { Address: 'primary.example', Port: 5432 },
        ReadReplicaDBInstanceIdentifiers: ['replica'],
        MasterUserSecret: { SecretArn: secret, SecretStatus: 'active' },
      },
      {
        DBInstanceIdentifier: 'replica',
        Engine: 'postgres',
        Endpoint: { Address: 'replica.example', Port: 5433 },
        ReadReplicaSourceDBInstanceIdentifier: 'primary',
      },
      { DBInstanceIdentifier: 'writer', Engine: 'aurora-postgresql', DBClusterIdentifier: 'aurora' },
    ],
    clusters: [
      {
        DBClusterIdentifier: 'aurora',
        Engine: 'aurora-postgresql',
        Endpoint: 'aurora.example',
        ReaderEndpoint: 'aurora-ro.example',
        CustomEndpoints: ['custom.example'],
        Port: 5432,
        DBClusterMembers: [
          { DBInstanceIdentifier: 'writer', IsClusterWriter: true },
          { DBInstanceIdentifier: 'reader', IsClusterWriter: false },
        ],
      },
    ],
  };
  await fetch(`${sandbox.url}/_sandbox/rds`, { method: 'POST', body: JSON.stringify(told) });
});
afterAll(async () => {
  client.destroy();
  await sandbox.close();
});

it('describes an instance as the SDK reads it', async () => {
  const { DBInstances } = await client.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: 'primary' }));

  expect(DBInstances).toMatchObject([
    {
      DBInstanceIdentifier: 'primary',
      DBInstanceArn: 'arn:aws:rds:us-east-1:123456789012:db:primary',
      DBInstanceStatus: 'available',
      Engine: 'postgres',
      Endpoint: { Address: 'primary.example', Port: 5432 },
      ReadReplicaDBInstanceIdentifiers: ['replica'],
      MasterUserSecret: { SecretArn: secret, SecretStatus: 'active' },
    },
  ]);
});

it('describes a cluster as the SDK reads it', async () => {
  const { DBClusters } = await client.send(new DescribeDBClustersCommand({ DBClusterIdentifier: 'aurora' }));

  expect(DBClusters).toMatchObject([
    {
      DBClusterArn: 'arn:aws:rds:us-east-1:123456789012:cluster:aurora',
      Endpoint: 'aurora.example',
      ReaderEndpoint: 'aurora-ro.example',
      CustomEndpoints: ['custom.example'],
      Port: 5432,
      DBClusterMembers: [
        { DBInstanceIdentifier: 'writer', IsClusterWriter: true },
        { DBInstanceIdentifier: 'reader', IsClusterWriter: false },
      ],
    },
  ]);
});

it.each([
  [{}, ['primary', 'replica', 'writer']],
  [{ DBInstanceIdentifier: 'REPLICA' }, ['replica']],
  [{ DBInstanceIdentifier: 'arn:aws:rds:us-east-1:123456789012:db:replica' }, ['replica']],
  [{ Filters: [{ Name: 'db-cluster-id', Values: ['aurora'] }] }, ['writer']],
  [{ Filters: [{ Name: 'engine', Values: ['postgres', 'mysql'] }] }, ['primary', 'replica']],
])('finds instances by %j', async (input, expected) => {
  const { DBInstances } = await client.send(new DescribeDBInstancesCommand(input));

  expect(DBInstances?.map(({ DBInstanceIdentifier }) => DBInstanceIdentifier)).toEqual(expected);
});

it('answers 404 for an instance that does not exist', async () => {
  const described = client.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: 'nope' }));

  await expect(described).rejects.toMatchObject({
    name: 'DBInstanceNotFoundFault',
    message: 'DBInstance nope not found.',
    $metadata: { httpStatusCode: 404 },
  });
});

it('answers 404 for a cluster that does not exist', async () => {
  const described = client.send(new DescribeDBClustersCommand({ DBClusterIdentifier: 'nope' }));

  await expect(described).rejects.toMatchObject({ name: 'DBClusterNotFoundFault', $metadata: { httpStatusCode: 404 } });
});

it('gives a page at a time', async () => {
  const other = await startSandbox();
  const paging = new RDSClient({ endpoint: other.url, region: 'us-east-1', credentials, maxAttempts: 1 });
  const names = Array.from({ length: 25 }, (_, index) => `db-${index}`);
  other.rds.tell({ instances: names.map((DBInstanceIdentifier) => ({ DBInstanceIdentifier })) });

  const first = await paging.send(new DescribeDBInstancesCommand({ MaxRecords: 20 }));
  const second = await paging.send(new DescribeDBInstancesCommand({ MaxRecords: 20, Marker: first.Marker }));

  const seen = [first, second].flatMap(({ DBInstances = [] }) => DBInstances.map((one) => one.DBInstanceIdentifier));
  expect(seen).toEqual(names);
  expect(second.Marker).toBeUndefined();
  paging.destroy();
  await other.close();
});
