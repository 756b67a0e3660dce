import { operation } from '../../../aws/operation.ts';
import { present } from '../../../aws/present.ts';
import { flag, listOf, structure } from '../../../aws/shapes.ts';
import { errors } from '../errors.ts';
import * as member from '../members.ts';
import { checkReplicaRegions, replicaOf } from '../regions.ts';
import type { Replica } from '../secret.ts';
import { replicationStatus } from '../views.ts';
import type { SecretOperations } from '../world.ts';

export const replicationOperations: SecretOperations = {
  ReplicateSecretToRegions: operation(
    structure(
      { SecretId: member.secretId, AddReplicaRegions: member.replicaRegions },
      { ForceOverwriteReplicaSecret: flag },
    ),
    (given, { account, secrets }) => {
      const secret = secrets.getLive(given.SecretId);
      checkReplicaRegions(given.AddReplicaRegions, account);
      const { AddReplicaRegions: regions, ForceOverwriteReplicaSecret: force } = given;
      const saved = secrets.save(secrets.replicated(secret, regions, force));
      return { ARN: saved.arn, ReplicationStatus: replicationStatus(saved) };
    },
  ),

  RemoveRegionsFromReplication: operation(
    structure({ SecretId: member.secretId, RemoveReplicaRegions: listOf(member.region, { min: 1 }) }),
    (given, { secrets }) => {
      const secret = secrets.getLive(given.SecretId);
      const isRemoved = ({ region }: Replica) => given.RemoveReplicaRegions.includes(region);
      for (const replica of secret.replicas.filter(isRemoved)) secrets.remove(replicaOf(secret, replica).arn);
      const saved = secrets.save({ ...secret, replicas: secret.replicas.filter((replica) => !isRemoved(replica)) });
      return present({ ARN: saved.arn, ReplicationStatus: replicationStatus(saved) ?? [] });
    },
  ),

  /** Called in the replica's region; there the replica becomes a secret of its own. */
  StopReplicationToReplica: operation(structure({ SecretId: member.secretId }), (given, { account, secrets }) => {
    const secret = secrets.getLive(given.SecretId, true);
    if (!secret.primaryArn) {
      throw errors.invalidParameter('Operation not permitted on a secret that is not a replica in this region.');
    }
    secrets.note(secret.primaryArn, (primary) => ({
      ...primary,
      replicas: primary.replicas.filter(({ region }) => region !== account.region),
    }));
    return { ARN: secrets.save({ ...secret, primaryArn: undefined }).arn };
  }),
};
