/** What RDS says about its servers: where a managed superuser's server is, and which host is whose primary. */
import {
  type DBCluster,
  type DBInstance,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import { InvalidSecretError } from '../rotation/errors.ts';
import { sameName } from '../rotation/same-name.ts';
import { clientOf } from './clients.ts';
import { nameOf, serviceError } from './service-error.ts';

export type Server = {
  readonly engine: string | undefined;
  readonly host: string | undefined;
  readonly port: number | undefined;
};

/** `id` is an identifier or an ARN. Throws InvalidSecretError when there is no such instance. */
export async function serverOfInstance(id: string, signal: AbortSignal): Promise<Server> {
  const instance = await findInstance(id, signal);
  if (instance === undefined) throw gone(id);
  return { engine: instance.Engine, host: instance.Endpoint?.Address, port: instance.Endpoint?.Port };
}

export async function serverOfCluster(id: string, signal: AbortSignal): Promise<Server> {
  const cluster = await findCluster(id, signal);
  if (cluster === undefined) throw gone(id);
  return { engine: cluster.Engine, host: cluster.Endpoint, port: cluster.Port };
}

/**
 * Is the server at `primary` the one that the server at `replica` copies? Proven for: a read replica and its source (also in
 * another region), an Aurora reader endpoint, custom endpoint or member instance and its cluster's writer.
 * Host names that RDS does not know (aliases, proxies) are never proven.
 */
export async function isPrimaryOf(primary: string, replica: string, signal: AbortSignal): Promise<boolean> {
  const instance = await findInstance(partsOf(replica).label, signal);
  if (instance !== undefined && same(instance.Endpoint?.Address, replica)) {
    const source = instance.ReadReplicaSourceDBInstanceIdentifier;
    if (source !== undefined) return isInstanceAt(source, primary, replica, signal);
    if (instance.DBClusterIdentifier === undefined) return false;
    return isWriterOf(await findCluster(instance.DBClusterIdentifier, signal), primary);
  }
  if (/^[^.]+\.cluster-custom-/i.test(replica)) return isWriterOf(await findByCustomEndpoint(replica, signal), primary);
  const cluster = await findCluster(partsOf(replica).label, signal);
  return same(cluster?.ReaderEndpoint, replica) && isWriterOf(cluster, primary);
}

/** The source is an identifier in the replica's region, or an ARN that names another one. */
async function isInstanceAt(source: string, host: string, replica: string, signal: AbortSignal): Promise<boolean> {
  const [, , , region, , , name] = source.startsWith('arn:') ? source.split(':') : [];
  if (name !== undefined && region !== partsOf(replica).region) {
    // That region is not asked, so the host must be spelled as RDS spells the endpoint there.
    const { label, region: there, domain } = partsOf(host);
    return same(name, label) && region === there && same(domain, partsOf(replica).domain);
  }
  const instance = await findInstance(name ?? source, signal);
  return same(instance?.Endpoint?.Address, host);
}

async function isWriterOf(cluster: DBCluster | undefined, host: string): Promise<boolean> {
  if (cluster === undefined) return false;
  if (same(cluster.Endpoint, host)) return true;
  const writer = cluster.DBClusterMembers?.find((member) => member.IsClusterWriter)?.DBInstanceIdentifier;
  // Instances of a cluster share everything behind the first label with its endpoint, but for the word cluster.
  return writer !== undefined && same(cluster.Endpoint?.replace(/^[^.]+\.cluster-/, `${writer}.`), host);
}

async function findInstance(id: string, signal: AbortSignal): Promise<DBInstance | undefined> {
  try {
    const command = new DescribeDBInstancesCommand({ DBInstanceIdentifier: id });
    return (await clientOf(RDSClient).send(command, { abortSignal: signal })).DBInstances?.[0];
  } catch (error) {
    return notFound(error, `DescribeDBInstances of ${id}`);
  }
}

async function findCluster(id: string, signal: AbortSignal): Promise<DBCluster | undefined> {
  try {
    const command = new DescribeDBClustersCommand({ DBClusterIdentifier: id });
    return (await clientOf(RDSClient).send(command, { abortSignal: signal })).DBClusters?.[0];
  } catch (error) {
    return notFound(error, `DescribeDBClusters of ${id}`);
  }
}

/** A custom endpoint has a name of its own, which says nothing of its cluster. */
async function findByCustomEndpoint(host: string, signal: AbortSignal): Promise<DBCluster | undefined> {
  let marker: string | undefined;
  do {
    const command = new DescribeDBClustersCommand({ Marker: marker });
    const page = await clientOf(RDSClient)
      .send(command, { abortSignal: signal })
      .catch((error) => {
        throw serviceError(error, 'DescribeDBClusters');
      });
    const found = page.DBClusters?.find(({ CustomEndpoints = [] }) => CustomEndpoints.some((one) => same(one, host)));
    if (found !== undefined) return found;
    marker = page.Marker;
  } while (marker !== undefined);
  return undefined;
}

/** The API and the SDK spell them with and without Fault. */
function notFound(error: unknown, what: string): undefined {
  if (/^DB(Instance|Cluster)NotFound(Fault)?$/.test(nameOf(error))) return undefined;
  // A label that cannot be an identifier (an address, say) names no server either.
  if (nameOf(error) === 'InvalidParameterValue') return undefined;
  throw serviceError(error, what);
}

function gone(id: string): InvalidSecretError {
  return new InvalidSecretError(`RDS does not know ${id}, which the tag of the superuser secret names`, {
    hint: 'the server was deleted, or is in another account or region: correct field masterarn',
  });
}

function same(a: string | undefined, b: string): boolean {
  return a !== undefined && sameName(a, b);
}

/** RDS's own names: `label.hash.region.rds.amazonaws.com`, in China `label.hash.rds.region.amazonaws.com.cn`. */
function partsOf(host: string): { label: string; region: string | undefined; domain: string } {
  const [label = host, , ...rest] = host.split('.');
  const region = rest.find((part) => /^[a-z]+(-[a-z]+)+-\d$/i.test(part));
  return { label, region, domain: rest.filter((part) => part !== region).join('.') };
}
