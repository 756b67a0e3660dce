import type { DBCluster, DBInstance } from '@aws-sdk/client-rds';
import { type Account, arnOf } from '../../aws/service.ts';

/** An instance as the sandbox is told of it, with what was left out. */
export function instanceXml(told: DBInstance, account: Account): Record<string, unknown> {
  return {
    DBInstanceStatus: 'available',
    DBInstanceArn: arnOf(account, 'rds', `db:${told.DBInstanceIdentifier}`),
    Engine: 'postgres',
    ...told,
    ReadReplicaDBInstanceIdentifiers: { ReadReplicaDBInstanceIdentifier: told.ReadReplicaDBInstanceIdentifiers ?? [] },
  };
}

export function clusterXml(told: DBCluster, account: Account): Record<string, unknown> {
  return {
    Status: 'available',
    DBClusterArn: arnOf(account, 'rds', `cluster:${told.DBClusterIdentifier}`),
    Engine: 'aurora-postgresql',
    ...told,
    CustomEndpoints: { member: told.CustomEndpoints ?? [] },
    DBClusterMembers: { DBClusterMember: told.DBClusterMembers ?? [] },
    ReadReplicaIdentifiers: { ReadReplicaIdentifier: told.ReadReplicaIdentifiers ?? [] },
  };
}
