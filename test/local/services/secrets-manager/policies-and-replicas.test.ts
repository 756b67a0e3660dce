import { describe, expect, test } from 'vitest';
import { sandbox } from './sandbox.ts';

const _NOT_FOUND = "ResourceNotFoundException: Secrets Manager can't find the specified secret.";
const _DELETED =
  "InvalidRequestException: You can't perform this operation on the secret because it was marked for deletion.";
const _DAY = 86_400;

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
    const { ARN } = await call('CreateSecret', { Name: 'a', AddReplicaRegions: [{ Region: 'eu-west-1' }] });
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
    expect(await refusal('DeleteSecret', { SecretId: 'a' })).toMatch(/^InvalidParameterException: /);
  });

  test('ends from either side', async () => {
    const { call } = sandbox();
    const AddReplicaRegions = [{ Region: 'eu-west-1' }, { Region: 'us-west-2' }];
    const { ARN } = await call('CreateSecret', { Name: 'a', AddReplicaRegions });

    const removed = await call('RemoveRegionsFromReplication', { SecretId: 'a', RemoveReplicaRegions: ['eu-west-1'] });
    const stopped = await call('StopReplicationToReplica', { SecretId: 'a' }, 'us-west-2');

    expect(removed).toEqual({ ARN, ReplicationStatus: [{ Region: 'us-west-2', ...inSync }] });
    expect(stopped).toEqual({ ARN: ARN.replace('us-east-1', 'us-west-2') });
    expect(await call('DescribeSecret', { SecretId: 'a' })).not.toHaveProperty('ReplicationStatus');
  });
});
