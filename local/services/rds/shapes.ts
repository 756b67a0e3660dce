import { type Account, arnOf } from '../../aws/service.ts';

/** An instance as the sandbox is told of it, in RDS's own words. What is left out is filled in or absent. */
export interface DBInstance {
  readonly DBInstanceIdentifier: string;
  readonly DBInstanceArn?: string;
  readonly DBInstanceStatus?: string;
  readonly DbiResourceId?: string;
  readonly Engine?: string;
  readonly MasterUsername?: string;
  readonly DBName?: string;
  readonly Endpoint?: { readonly Address: string; readonly Port: number };
  readonly ReadReplicaSourceDBInstanceIdentifier?: string;
  readonly ReadReplicaDBInstanceIdentifiers?: readonly string[];
  readonly ReadReplicaSourceDBClusterIdentifier?: string;
  readonly DBClusterIdentifier?: string;
  readonly MasterUserSecret?: MasterUserSecret;
}

export interface DBCluster {
  readonly DBClusterIdentifier: string;
  readonly DBClusterArn?: string;
  readonly DbClusterResourceId?: string;
  readonly Status?: string;
  readonly Engine?: string;
  readonly MasterUsername?: string;
  readonly DatabaseName?: string;
  readonly Endpoint?: string;
  readonly ReaderEndpoint?: string;
  readonly CustomEndpoints?: readonly string[];
  readonly Port?: number;
  readonly DBClusterMembers?: readonly { readonly DBInstanceIdentifier: string; readonly IsClusterWriter: boolean }[];
  readonly ReplicationSourceIdentifier?: string;
  readonly ReadReplicaIdentifiers?: readonly string[];
  readonly MasterUserSecret?: MasterUserSecret;
}

export interface MasterUserSecret {
  readonly SecretArn: string;
  readonly SecretStatus?: string;
  readonly KmsKeyId?: string;
}

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
