/** Superuser secrets that Redshift manages. Redshift's APIs are a double of a few lines here; Secrets Manager is the sandbox's. */
import { createServer } from 'node:http';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startSandbox } from '../../../local/sandbox.ts';
import { redshiftSuperuser } from '../../../shared/aws/redshift-superuser.ts';
import { redshift } from '../../../shared/databases/redshift/redshift.ts';
import { testContext } from '../../support/context.ts';
import { sandboxClient } from '../../support/sandbox-store.ts';

const host = (name: string) => `${name}.abc123.us-east-1.redshift.amazonaws.com`;
const namespaceArn = (id: string) => `arn:aws:redshift-serverless:us-east-1:123456789012:namespace/${id}`;
const clusterNamespace = (id: string) => `arn:aws:redshift:us-east-1:123456789012:namespace:${id}`;
const page1 = Array.from({ length: 100 }, (_, i) => `other-${i}`);

/** Two pages of everything; what is looked for is on the second. */
const double = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  const operation = String(request.headers['x-amz-target'] ?? '').split('.')[1];
  if (denied) return response.writeHead(403).end(denial(operation));
  response.end(operation === undefined ? clusters(new URLSearchParams(body)) : lists(operation, JSON.parse(body)));
});
let denied = false;
await new Promise<void>((resolve) => double.listen(0, '127.0.0.1', resolve));

function denial(operation: string | undefined): string {
  return operation === undefined
    ? '<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>'
    : JSON.stringify({ __type: 'AccessDeniedException', message: 'no' });
}

function clusters(query: URLSearchParams): string {
  const wanted = query.get('ClusterIdentifier');
  const names = wanted === null ? (query.get('Marker') === null ? page1 : ['sales']) : [wanted];
  const members = names.map(
    (name) => `<Cluster><ClusterIdentifier>${name}</ClusterIdentifier>
      <ClusterNamespaceArn>${clusterNamespace(name)}</ClusterNamespaceArn>
      <Endpoint><Address>${host(name)}</Address><Port>5439</Port></Endpoint></Cluster>`,
  );
  const marker = names === page1 ? '<Marker>2</Marker>' : '';
  return `<DescribeClustersResponse><DescribeClustersResult>${marker}<Clusters>${members.join('')}</Clusters>
    </DescribeClustersResult></DescribeClustersResponse>`;
}

function lists(operation: string, { nextToken }: { nextToken?: string }): string {
  const names = nextToken === undefined ? page1 : ['sales', 'paused'];
  const next = nextToken === undefined ? { nextToken: '2' } : {};
  if (operation === 'ListNamespaces') {
    const namespaces = names.map((name) => ({ namespaceName: name, namespaceArn: namespaceArn(name) }));
    return JSON.stringify({ namespaces, ...next });
  }
  const workgroups = names
    .filter((name) => name !== 'paused')
    .map((name) => ({
      workgroupName: `w-${name}`,
      namespaceName: name,
      endpoint: { address: host(name), port: 5439 },
    }));
  return JSON.stringify({ workgroups, ...next });
}

const sandbox = await startSandbox();
const client = sandboxClient(sandbox);
const doubleUrl = `http://127.0.0.1:${(double.address() as { port: number }).port}`;
vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', sandbox.url);
vi.stubEnv('AWS_ENDPOINT_URL_REDSHIFT', doubleUrl);
vi.stubEnv('AWS_ENDPOINT_URL_REDSHIFT_SERVERLESS', doubleUrl);
vi.stubEnv('AWS_REGION', 'us-east-1');
vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIATEST');
vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
afterAll(async () => {
  vi.unstubAllEnvs();
  client.destroy();
  double.close();
  await sandbox.close();
});
beforeEach(() => {
  denied = false;
});

let serial = 0;
const managed = async (tag: Record<string, string>, value: object = { username: 'admin', password: 'Managed-1' }) => {
  const Name = `redshift!${++serial}`;
  const Tags = Object.entries(tag).map(([Key, Value]) => ({ Key, Value }));
  await client.send(new CreateSecretCommand({ Name, SecretString: JSON.stringify(value), Tags }));
  return Name;
};
const superuserFor = (masterarn: string, at: string) => {
  const current = { engine: 'redshift', host: at, dbname: 'shop', username: 'app', password: 'App-1', masterarn };
  return redshiftSuperuser.superuserFor({ ...current, original: current }, redshift, testContext());
};

describe('a superuser secret that Redshift manages', () => {
  it.each([
    ['the cluster', 'aws:redshift:primaryclusterarn', 'arn:aws:redshift:us-east-1:123456789012:cluster:sales'],
    ["the cluster's namespace", 'aws:redshift:primaryclusterarn', clusterNamespace('sales')],
    ['a serverless namespace', 'aws:redshift-serverless:namespacearn', namespaceArn('sales')],
  ])(
    'is completed from %s that its tag names, and in no database that the rotated secret names',
    async (_what, key, arn) => {
      const secret = await managed({ [key]: arn });

      expect(await superuserFor(secret, host('sales'))).toEqual({
        original: expect.anything(),
        engine: 'redshift',
        host: host('sales'),
        port: 5439,
        username: 'admin',
        password: 'Managed-1',
      });
    },
  );

  it('is never used for another host', async () => {
    const secret = await managed({ 'aws:redshift-serverless:namespacearn': namespaceArn('sales') });

    await expect(superuserFor(secret, host('stock'))).rejects.toMatchObject({ name: 'TargetMismatchError' });
  });

  it.each([
    ['that is gone', namespaceArn('gone')],
    ['without a workgroup', namespaceArn('paused')],
  ])('of a namespace %s is an InvalidSecretError', async (_what, arn) => {
    const secret = await managed({ 'aws:redshift-serverless:namespacearn': arn });

    await expect(superuserFor(secret, host('sales'))).rejects.toMatchObject({
      name: 'InvalidSecretError',
      fact: expect.stringContaining(arn),
    });
  });

  it('without such a tag is refused, and the hint says what to store', async () => {
    const secret = await managed({ 'aws:rds:primarydbinstancearn': 'arn:aws:rds:us-east-1:123456789012:db:sales' });

    await expect(superuserFor(secret, host('sales'))).rejects.toMatchObject({
      name: 'InvalidSecretError',
      fact: expect.stringContaining('no tag that names an Amazon Redshift'),
    });
  });

  it.each([
    ['aws:redshift:primaryclusterarn', clusterNamespace('sales'), 'DescribeClusters'],
    ['aws:redshift-serverless:namespacearn', namespaceArn('sales'), 'ListNamespaces'],
  ])('tagged %s, with the call denied, is a PermissionError that names the call', async (key, arn, operation) => {
    denied = true;
    const secret = await managed({ [key]: arn });

    await expect(superuserFor(secret, host('sales'))).rejects.toMatchObject({
      name: 'PermissionError',
      code: 'ACCESS_DENIED',
      fact: expect.stringContaining(operation),
    });
  });
});
