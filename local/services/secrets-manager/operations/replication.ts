import { operation } from '../../../aws/operation.ts';
import { present } from '../../../aws/present.ts';
import { flag, listOf, structure } from '../../../aws/shapes.ts';
import { errors } from '../errors.ts';
import * as member from '../members.ts';
import { checkReplicaRegions, replicaArn, toReplicas } from '../regions.ts';
import { replicationStatus } from '../views.ts';
import type { SecretOperations } from '../world.ts';

/** Replicas are remembered and shown; they hold no values of their own, and no region but the account's answers. */
export const replicationOperations: SecretOperations = {
  ReplicateSecretToRegions: operation(
    structure(
      { SecretId: member.secretId, AddReplicaRegions: member.replicaRegions },
      { ForceOverwriteReplicaSecret: flag },
    ),
    (given, { account, secrets }) => {
      const secret = secrets.getLive(given.SecretId);
      checkReplicaRegions(given.AddReplicaRegions, account);
      const added = toReplicas(given.AddReplicaRegions);
      const kept = secret.replicas.filter(({ region }) => !added.some((replica) => replica.region === region));
      const saved = secrets.save({ ...secret, replicas: [...kept, ...added] });
      return { ARN: saved.arn, ReplicationStatus: replicationStatus(saved) };
    },
  ),

  RemoveRegionsFromReplication: operation(
    structure({ SecretId: member.secretId, RemoveReplicaRegions: listOf(member.region, { min: 1 }) }),
    (given, { secrets }) => {
      const secret = secrets.getLive(given.SecretId);
      const replicas = secret.replicas.filter(({ region }) => !given.RemoveReplicaRegions.includes(region));
      const saved = secrets.save({ ...secret, replicas });
      return present({ ARN: saved.arn, ReplicationStatus: replicationStatus(saved) ?? [] });
    },
  ),

  /** Called in the replica's region; there the replica becomes a secret of its own. */
  StopReplicationToReplica: operation(
    structure({ SecretId: member.secretId }),
    (given, { account, secrets }, { region }) => {
      const secret = secrets.getLive(given.SecretId);
      if (!secret.replicas.some((replica) => replica.region === region)) {
        throw errors.invalidParameter('Operation not permitted on a secret that is not a replica in this region.');
      }
      secrets.save({ ...secret, replicas: secret.replicas.filter((replica) => replica.region !== region) });
      return { ARN: replicaArn(secret, account, region) };
    },
  ),
};
