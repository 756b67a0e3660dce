/** What Redshift says about its servers: where the one is whose superuser secret it manages. */
import { type Cluster, DescribeClustersCommand, RedshiftClient } from '@aws-sdk/client-redshift';
import {
  ListNamespacesCommand,
  ListWorkgroupsCommand,
  type Namespace,
  RedshiftServerlessClient,
  type Workgroup,
} from '@aws-sdk/client-redshift-serverless';
import { InvalidSecretError } from '../rotation/errors.ts';
import { clientOf } from './clients.ts';
import type { Server } from './rds.ts';
import { nameOf, serviceError } from './service-error.ts';

/** `arn` names the cluster, or its namespace. Throws InvalidSecretError when there is no such cluster. */
export async function serverOfCluster(arn: string, signal: AbortSignal): Promise<Server> {
  const client = clientOf(RedshiftClient);
  const identifier = /:cluster:(.+)$/.exec(arn)?.[1];
  const cluster = await found<Cluster>(
    async (Marker) => {
      const command = new DescribeClustersCommand({ Marker, ClusterIdentifier: identifier });
      const { Clusters, Marker: next } = await client.send(command, { abortSignal: signal });
      return { items: Clusters, next };
    },
    ({ ClusterIdentifier, ClusterNamespaceArn }) => ClusterIdentifier === identifier || ClusterNamespaceArn === arn,
    'DescribeClusters',
  );
  return served(arn, cluster?.Endpoint?.Address, cluster?.Endpoint?.Port);
}

/** The endpoint is that of the workgroup which the namespace is attached to. */
export async function serverOfNamespace(arn: string, signal: AbortSignal): Promise<Server> {
  const client = clientOf(RedshiftServerlessClient);
  const namespace = await found<Namespace>(
    async (nextToken) => {
      const answer = await client.send(new ListNamespacesCommand({ nextToken }), { abortSignal: signal });
      return { items: answer.namespaces, next: answer.nextToken };
    },
    ({ namespaceArn }) => namespaceArn === arn,
    'ListNamespaces',
  );
  if (namespace === undefined) throw gone(arn);
  const workgroup = await found<Workgroup>(
    async (nextToken) => {
      const answer = await client.send(new ListWorkgroupsCommand({ nextToken }), { abortSignal: signal });
      return { items: answer.workgroups, next: answer.nextToken };
    },
    ({ namespaceName }) => namespaceName === namespace.namespaceName,
    'ListWorkgroups',
  );
  return served(arn, workgroup?.endpoint?.address, workgroup?.endpoint?.port);
}

interface Page<T> {
  readonly items: readonly T[] | undefined;
  readonly next: string | undefined;
}

/** Every page is looked at; AWS's template stops after the first hundred. */
async function found<T>(
  read: (marker: string | undefined) => Promise<Page<T>>,
  wanted: (item: T) => boolean,
  operation: string,
): Promise<T | undefined> {
  let marker: string | undefined;
  do {
    const page = await read(marker).catch((error: unknown): Page<T> => {
      if (nameOf(error) === 'ClusterNotFoundFault' || nameOf(error) === 'ClusterNotFound')
        return { items: [], next: undefined };
      throw serviceError(error, operation);
    });
    const item = page.items?.find(wanted);
    if (item !== undefined) return item;
    marker = page.next;
  } while (marker !== undefined && marker !== '');
  return undefined;
}

function served(arn: string, host: string | undefined, port: number | undefined): Server {
  if (host === undefined) throw gone(arn);
  return { engine: 'redshift', host, port };
}

function gone(arn: string): InvalidSecretError {
  return new InvalidSecretError(`Redshift has no endpoint for ${arn}, which the tag of the superuser secret names`, {
    hint: 'it was deleted or paused, or is in another account or region: correct field masterarn',
  });
}
