import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { startSandbox } from '../../local/sandbox.ts';
import { findBoto3, runPython } from '../support/boto3.ts';

const python = await findBoto3();

it.skipIf(!python)('boto3 takes the sandbox for AWS', async () => {
  const sandbox = await startSandbox();
  sandbox.functions.register('echo', { handler: (event: object) => ({ event }) });
  const file = fileURLToPath(new URL('services/lambda/functions.fixture.mjs', import.meta.url));
  sandbox.functions.register('talker', { file, export: 'print' });
  sandbox.rds.tell({
    instances: [{ DBInstanceIdentifier: 'db', Endpoint: { Address: 'db.example', Port: 5432 } }],
    clusters: [
      { DBClusterIdentifier: 'aurora', DBClusterMembers: [{ DBInstanceIdentifier: 'db', IsClusterWriter: true }] },
    ],
  });
  const script = fileURLToPath(new URL('boto3.fixture.py', import.meta.url));

  const { stdout, stderr } = await runPython(sandbox.url, script, python);
  await sandbox.close();

  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({
    arn: true,
    binary: [0, 255],
    year: new Date().getUTCFullYear(),
    requestId: 36,
    missing: ['ResourceNotFoundException', "Secrets Manager can't find the specified secret.", 400],
    topic: 'arn:aws:sns:us-east-1:123456789012:alerts',
    attributes: '123456789012',
    tags: [[{ Key: 'stage', Value: 'b' }], []],
    subscriptions: ['PendingConfirmation'],
    filter: '{"a": ["b"]}',
    batch: [['one'], []],
    noSubscription: ['InvalidParameterException', 'Invalid parameter: SubscriptionId', 400],
    noTopic: ['NotFoundException', 'Topic does not exist', 404],
    instance: { Address: 'db.example', Port: 5432 },
    members: [{ DBInstanceIdentifier: 'db', IsClusterWriter: true }],
    noInstance: ['DBInstanceNotFoundFault', 'DBInstance nope not found.', 404],
    noCluster: ['DBClusterNotFoundFault', 'DBCluster nope not found.', 404],
    identity: 'arn:aws:iam::123456789012:root',
    configuration: 30,
    log: [],
    tail: ['to stdout', 'to stderr', 'to stdout', 'to stderr'],
    payload: { event: { a: 1 } },
    noFunction: [
      'ResourceNotFoundException',
      'Function not found: arn:aws:lambda:us-east-1:123456789012:function:nope',
      404,
    ],
  });
});
