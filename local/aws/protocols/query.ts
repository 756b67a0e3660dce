import { AwsError } from '../aws-error.ts';
import { readCredential } from '../credential.ts';
import { type Account, regionOf, type Service } from '../service.ts';
import type { Protocol, WireAnswer } from '../wire.ts';
import { decodeForm } from './form.ts';
import { toXml } from './xml.ts';

interface QueryService {
  readonly version: string;
  readonly namespace: string;
  /** Links in messages lead here, and whoever follows one has no credentials. */
  readonly unsigned: readonly string[];
}

const known: Readonly<Record<string, QueryService>> = {
  sns: {
    version: '2010-03-31',
    namespace: 'http://sns.amazonaws.com/doc/2010-03-31/',
    unsigned: ['ConfirmSubscription', 'Unsubscribe'],
  },
  sts: { version: '2011-06-15', namespace: 'https://sts.amazonaws.com/doc/2011-06-15/', unsigned: [] },
  rds: { version: '2014-10-31', namespace: 'http://rds.amazonaws.com/doc/2014-10-31/', unsigned: [] },
};

/** This protocol has other names for an input that breaks the service's model. */
const spelled: Readonly<Record<string, string>> = {
  ValidationException: 'ValidationError',
  SerializationException: 'MalformedInput',
};

/**
 * AWS Query: a form or a query string goes in, XML comes out. https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 * A service gives its output as it stands in the XML: an array repeats the element it is the value of.
 */
export function awsQuery(services: readonly Service[], account: Account): Protocol {
  return (request) => {
    const form = isForm(request.headers['content-type']) ? new URLSearchParams(request.body.toString()) : undefined;
    const parameters = new URLSearchParams([...request.query, ...(form ?? [])]);
    const operation = parameters.get('Action');
    if (request.path !== '/' || (operation === null && !form)) return undefined;
    const credential = readCredential(request);
    const name = credential?.service || byVersion(parameters.get('Version'), operation);
    const query = known[name];
    const service = services.find((candidate) => candidate.name === name);
    const namespace = query?.namespace ?? 'http://webservices.amazon.com/AWSFault/2005-15-09';
    const requestId = request.requestId;
    return {
      service: name,
      operation: operation ?? '',
      codes: { throttled: 'Throttling', internal: 'InternalFailure' },
      failure: (error) =>
        xml(error.status, 'ErrorResponse', namespace, {
          Error: {
            Type: error.status < 500 ? 'Sender' : 'Receiver',
            Code: spelled[error.code] ?? error.code,
            Message: error.message,
          },
          RequestId: requestId,
        }),
      run: async () => {
        if (!operation) throw new AwsError('MissingAction', 'Could not find operation in the request.');
        if (!credential && !query?.unsigned.includes(operation)) {
          throw new AwsError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403);
        }
        if (!service) throw new AwsError('InvalidAction', `Could not find operation ${operation} for ${name}`);
        const output = await service.call(operation, decodeForm(parameters), {
          ...(credential && { accessKeyId: credential.accessKeyId }),
          // A link in a message has no signature, but names a topic or a subscription.
          region:
            credential?.region ||
            regionOf(parameters.get('TopicArn') ?? parameters.get('SubscriptionArn') ?? '') ||
            account.region,
        });
        return xml(200, `${operation}Response`, namespace, {
          ...(output && { [`${operation}Result`]: output }),
          ResponseMetadata: { RequestId: requestId },
        });
      },
    };
  };
}

function xml(status: number, root: string, namespace: string, content: Record<string, unknown>): WireAnswer {
  return { status, headers: { 'content-type': 'text/xml' }, body: toXml(root, content, namespace) };
}

const isForm = (type: string | string[] | undefined) =>
  typeof type === 'string' && type.startsWith('application/x-www-form-urlencoded');

function byVersion(version: string | null, operation: string | null): string {
  if (operation && known.sns?.unsigned.includes(operation)) return 'sns';
  return Object.entries(known).find(([, service]) => service.version === version)?.[0] ?? '';
}
