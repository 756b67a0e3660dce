import { describe, expect, test } from 'vitest';
import { sandbox } from './sandbox.ts';

describe('resource policies', () => {
  const open = JSON.stringify({ Statement: { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' } });
  const narrow = JSON.stringify({
    Statement: [{ Effect: 'Deny', Principal: { AWS: '*' }, Action: '*', Resource: '*' }],
  });

  test('are kept until they are deleted', async () => {
    const { call } = sandbox();
    const { ARN } = await call('CreateSecret', { Name: 'a' });
    const named = { ARN, Name: 'a' };

    expect(await call('GetResourcePolicy', { SecretId: 'a' })).toEqual(named);
    expect(await call('PutResourcePolicy', { SecretId: 'a', ResourcePolicy: narrow })).toEqual(named);
    expect(await call('GetResourcePolicy', { SecretId: 'a' })).toEqual({ ...named, ResourcePolicy: narrow });
    expect(await call('DeleteResourcePolicy', { SecretId: 'a' })).toEqual(named);
    expect(await call('GetResourcePolicy', { SecretId: 'a' })).toEqual(named);
  });

  test('are refused when they are no policy, or open to all and that is blocked', async () => {
    const { call, refusal } = sandbox();
    await call('CreateSecret', { Name: 'a' });
    const put = (ResourcePolicy: string) =>
      refusal('PutResourcePolicy', { SecretId: 'a', ResourcePolicy, BlockPublicPolicy: true });

    expect(await put('{')).toMatch(/^MalformedPolicyDocumentException: /);
    expect(await put('[]')).toMatch(/^MalformedPolicyDocumentException: /);
    expect(await put(open)).toMatch(/^PublicPolicyException: /);
    expect(await call('GetResourcePolicy', { SecretId: 'a' })).not.toHaveProperty('ResourcePolicy');
  });

  test('are validated without being stored', async () => {
    const { call } = sandbox();
    const validate = (ResourcePolicy: string) => call('ValidateResourcePolicy', { ResourcePolicy });

    expect(await validate(narrow)).toEqual({ PolicyValidationPassed: true, ValidationErrors: [] });
    expect(await validate(open)).toMatchObject({
      PolicyValidationPassed: false,
      ValidationErrors: [{ CheckName: expect.any(String) }],
    });
  });
});

describe('replication', () => {
  const inSync = { KmsKeyId: 'alias/aws/secretsmanager', Status: 'InSync', StatusMessage: 'Replication succeeded' };

  test('shows the replicas, and keeps their primary from being deleted', async () => {
    const { call, refusal } = sandbox();
    const AddReplica = [{ Region: 'eu-west-1' }];
    const { ARN } = await call('CreateSecret', { Name: 'a', SecretString: 'v', AddReplicaRegions: AddReplica });
    const both = [
      { Region: 'eu-west-1', ...inSync },
      { Region: 'us-west-2', ...inSync, KmsKeyId: 'alias/mine' },
    ];

    const AddReplicaRegions = [{ Region: 'us-west-2', KmsKeyId: 'alias/mine' }];
    const answer = await call('ReplicateSecretToRegions', { SecretId: 'a', AddReplicaRegions });

    expect(answer).toEqual({ ARN, ReplicationStatus: both });
    expect(await call('DescribeSecret', { SecretId: 'a' })).toMatchObject({
      PrimaryRegion: 'us-east-1',
      ReplicationStatus: both,
    });
    expect((await call('ListSecrets')).SecretList[0]).not.toHaveProperty('ReplicationStatus');
    expect(await refusal('DeleteSecret', { SecretId: 'a' })).toBe(
      `InvalidParameterException: You can't delete secret ${ARN} that still has replica regions [eu-west-1, us-west-2].`,
    );
    expect(await call('GetSecretValue', { SecretId: 'a' })).toMatchObject({ ARN });
  });

  test('ends from either side', async () => {
    const { call, refusal } = sandbox();
    const AddReplicaRegions = [{ Region: 'eu-west-1' }, { Region: 'us-west-2' }];
    const { ARN } = await call('CreateSecret', { Name: 'a', AddReplicaRegions });

    const removed = await call('RemoveRegionsFromReplication', { SecretId: 'a', RemoveReplicaRegions: ['eu-west-1'] });
    const stopped = await call('StopReplicationToReplica', { SecretId: 'a' }, 'us-west-2');

    expect(removed).toEqual({ ARN, ReplicationStatus: [{ Region: 'us-west-2', ...inSync }] });
    expect(stopped).toEqual({ ARN: ARN.replace('us-east-1', 'us-west-2') });
    expect(await call('DescribeSecret', { SecretId: 'a' })).not.toHaveProperty('ReplicationStatus');
    expect(await refusal('DescribeSecret', { SecretId: 'a' }, 'eu-west-1')).toMatch(/^ResourceNotFoundException: /);
    expect(await call('DescribeSecret', { SecretId: 'a' }, 'us-west-2')).not.toHaveProperty('PrimaryRegion');
    await call('PutSecretValue', { SecretId: 'a', SecretString: 'its own' }, 'us-west-2');
    expect(await refusal('GetSecretValue', { SecretId: 'a' })).toMatch(/^ResourceNotFoundException: /);
    expect(await refusal('StopReplicationToReplica', { SecretId: 'a' })).toMatch(/^InvalidParameterException: /);
  });

  test('gives the replica the values and the labels of its primary, and nothing else to change', async () => {
    const { call, refusal, clock } = sandbox();
    const { ARN } = await call('CreateSecret', { Name: 'a', SecretString: 'one', Tags: [{ Key: 'k', Value: 'v' }] });
    clock.now += 1000;
    await call('ReplicateSecretToRegions', { SecretId: 'a', AddReplicaRegions: [{ Region: 'eu-west-1' }] });
    const replica = ARN.replace('us-east-1', 'eu-west-1');
    const createdAt = clock.now / 1000;

    clock.now += 1000;
    const { VersionId } = await call('PutSecretValue', { SecretId: 'a', SecretString: 'two' });

    const read = await call('GetSecretValue', { SecretId: 'a' }, 'eu-west-1');
    expect(read).toMatchObject({ ARN: replica, VersionId, SecretString: 'two', VersionStages: ['AWSCURRENT'] });
    const previous = { SecretId: replica, VersionStage: 'AWSPREVIOUS' };
    expect(await call('GetSecretValue', previous, 'eu-west-1')).toMatchObject({ SecretString: 'one' });
    const described = await call('DescribeSecret', { SecretId: 'a' }, 'eu-west-1');
    expect(described).toMatchObject({
      ...{ ARN: replica, PrimaryRegion: 'us-east-1', KmsKeyId: 'alias/aws/secretsmanager' },
      ...{ CreatedDate: createdAt, LastAccessedDate: expect.any(Number) },
    });
    expect(described).not.toHaveProperty('Tags');
    expect(described).not.toHaveProperty('ReplicationStatus');
    expect(await call('DescribeSecret', { SecretId: 'a' })).not.toHaveProperty('LastAccessedDate');
    for (const [operation, input] of CHANGES) {
      expect(await refusal(operation, { SecretId: 'a', ...input }, 'eu-west-1')).toBe(
        "InvalidParameterException: Operation not permitted on a replica secret. Call must be made in primary secret's region.",
      );
    }
    expect(await call('DescribeSecret', { SecretId: 'a' }, 'eu-west-1')).toEqual(described);
  });

  test('fails where the name is taken, unless that secret may be overwritten', async () => {
    const { call } = sandbox();
    await call('CreateSecret', { Name: 'a', SecretString: 'theirs' }, 'eu-west-1');
    const AddReplicaRegions = [{ Region: 'eu-west-1' }];

    const created = await call('CreateSecret', { Name: 'a', SecretString: 'ours', AddReplicaRegions });
    const theirs = await call('GetSecretValue', { SecretId: 'a' }, 'eu-west-1');
    const again = { SecretId: 'a', AddReplicaRegions, ForceOverwriteReplicaSecret: true };
    const forced = await call('ReplicateSecretToRegions', again);

    expect(created.ReplicationStatus).toMatchObject([
      {
        Status: 'Failed',
        StatusMessage: 'Replication failed: Secret name a already exists in region eu-west-1.',
      },
    ]);
    expect(theirs).toMatchObject({ SecretString: 'theirs' });
    expect(forced.ReplicationStatus).toMatchObject([{ Status: 'InSync' }]);
    expect(await call('GetSecretValue', { SecretId: 'a' }, 'eu-west-1')).toMatchObject({ SecretString: 'ours' });
    expect((await call('ListSecrets', {}, 'eu-west-1')).SecretList).toHaveLength(1);
  });
});

const CHANGES: [operation: string, input: Record<string, unknown>][] = [
  ['PutSecretValue', { SecretString: 'v' }],
  ['UpdateSecret', { Description: 'd' }],
  ['UpdateSecretVersionStage', { VersionStage: 'mine' }],
  ['RotateSecret', { RotationLambdaARN: 'arn:aws:lambda:eu-west-1:123456789012:function:rotate' }],
  ['CancelRotateSecret', {}],
  ['TagResource', { Tags: [{ Key: 'k' }] }],
  ['UntagResource', { TagKeys: ['k'] }],
  ['PutResourcePolicy', { ResourcePolicy: '{}' }],
  ['DeleteResourcePolicy', {}],
  ['ReplicateSecretToRegions', { AddReplicaRegions: [{ Region: 'us-west-2' }] }],
  ['DeleteSecret', {}],
  ['DeleteSecret', { ForceDeleteWithoutRecovery: true }],
];
