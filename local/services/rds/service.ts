import type { DBCluster, DBInstance } from '@aws-sdk/client-rds';
import { AwsError } from '../../aws/aws-error.ts';
import { callOf, invalidAction, type Operations } from '../../aws/operation.ts';
import { type Account, inRegion, type Service } from '../../aws/service.ts';
import { clusterXml, instanceXml } from './shapes.ts';

export interface RdsService extends Service {
  /** Replaces all instances and clusters that are known. */
  tell(databases: { instances?: readonly DBInstance[]; clusters?: readonly DBCluster[] }): void;
}

/** RDS as far as a rotation asks it: which endpoints belong together, and who wrote the secret. */
export function rds(account: Account): RdsService {
  let instances: readonly DBInstance[] = [];
  let clusters: readonly DBCluster[] = [];
  const operations: Operations<undefined> = {
    DescribeDBInstances: (input, _, { region }) => {
      const all = instances.map((instance) => instanceXml(instance, inRegion(account, region)));
      return describe(input, all, 'DBInstance', 'DBInstanceNotFound', {
        'db-instance-id': ['DBInstanceIdentifier', 'DBInstanceArn'],
        'db-cluster-id': ['DBClusterIdentifier'],
      });
    },
    DescribeDBClusters: (input, _, { region }) => {
      const all = clusters.map((cluster) => clusterXml(cluster, inRegion(account, region)));
      // This code keeps its `Fault`, the other one does not. https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBClusters.html
      return describe(input, all, 'DBCluster', 'DBClusterNotFoundFault', {
        'db-cluster-id': ['DBClusterIdentifier', 'DBClusterArn'],
      });
    },
  };
  return {
    name: 'rds',
    call: callOf(operations, undefined, invalidAction('2014-10-31')),
    tell: (databases) => {
      instances = databases.instances ?? [];
      clusters = databases.clusters ?? [];
    },
    reset: () => {
      instances = [];
      clusters = [];
    },
  };
}

type Item = Readonly<Record<string, unknown>>;

/** Identifiers are case-insensitive, and stored in lower case. */
const same = (a: unknown, b: unknown) => String(a).toLowerCase() === String(b).toLowerCase();

type Members = Readonly<Record<string, readonly string[]>>;

/** One page of those that are asked for, by name or ARN and by filters. */
function describe(input: Item, all: readonly Item[], kind: string, missing: string, members: Members) {
  const wanted = input[`${kind}Identifier`];
  const isWanted = (item: Item) => ['Identifier', 'Arn'].some((key) => same(item[`${kind}${key}`], wanted));
  const named = wanted ? all.filter(isWanted) : all;
  if (wanted && named.length === 0) throw new AwsError(missing, `${kind} ${wanted} not found.`, 404);
  const filtered = filter(named, input.Filters, { ...members, engine: ['Engine'] });
  return page(filtered, input, (items) => ({ [`${kind}s`]: { [kind]: items } }));
}

function filter(items: readonly Item[], filters: unknown, members: Members) {
  if (!Array.isArray(filters)) return items;
  return (filters as readonly Item[]).reduce((left, { Name, Values }) => {
    const keys = members[String(Name)];
    if (!keys) throw new AwsError('InvalidParameterValue', `Unrecognized filter name: ${Name}`);
    const values = Array.isArray(Values) ? Values : [];
    return left.filter((item) => values.some((value) => keys.some((key) => same(item[key], value))));
  }, items);
}

function page(items: readonly Item[], input: Item, shape: (items: readonly Item[]) => Record<string, unknown>) {
  const size = Number(input.MaxRecords ?? 100);
  if (!(size >= 20 && size <= 100)) {
    throw new AwsError(
      'InvalidParameterValue',
      `Invalid value ${input.MaxRecords} for MaxRecords. Must be between 20 and 100`,
    );
  }
  const start = Number(input.Marker ?? 0);
  if (!Number.isInteger(start)) throw new AwsError('InvalidParameterValue', 'The specified marker is invalid.');
  const end = start + size;
  return { ...(end < items.length && { Marker: String(end) }), ...shape(items.slice(start, end)) };
}
