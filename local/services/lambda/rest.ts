import { AwsError } from '../../aws/aws-error.ts';
import { fromJson } from '../../aws/json-text.ts';
import { decodePart, restCall } from '../../aws/protocols/rest.ts';
import { type Account, inRegion } from '../../aws/service.ts';
import { json, type Protocol, type WireAnswer, type WireRequest } from '../../aws/wire.ts';
import { defaultTimeoutSeconds } from './definition.ts';
import type { Functions } from './functions.ts';
import { functionArn, functionIn } from './identity.ts';

const routes = /^\/2015-03-31\/functions\/([^/]+)(\/invocations|\/configuration|\/policy)?$/;

const operations: Readonly<Record<string, string>> = {
  'GET ': 'GetFunction',
  'GET /configuration': 'GetFunctionConfiguration',
  'GET /policy': 'GetPolicy',
  'POST /invocations': 'Invoke',
};

/** Lambda's REST protocol, as far as invoking and naming a function needs it. */
export function lambdaRest(functions: Functions, account: Account): Protocol {
  return (request) => {
    const [, encoded = '', part = ''] = routes.exec(request.path) ?? [];
    const operation = operations[`${request.method} ${part}`];
    if (!encoded || !operation) return undefined;
    const name = decodePart(encoded);
    if (name === undefined) return undefined;
    return restCall(request, {
      service: 'lambda',
      operation,
      codes: { throttled: 'TooManyRequestsException', internal: 'ServiceException' },
      errorBody: ({ status, message }) => ({ Type: status < 500 ? 'User' : 'Service', Message: message }),
      run: async (credential) => {
        const here = inRegion(account, credential.region || account.region);
        const named = functionIn(name, here);
        if (named.region !== here.region) throw notFound(elsewhere(named.region, here.region));
        const arn = functions.find(name, here.region);
        if (!arn) throw notFound(`Function not found: ${functionArn(here, named.name)}`);
        if (operation === 'Invoke') return invoke(functions, { arn, region: here.region }, request);
        if (operation === 'GetPolicy') return json(200, { Policy: policyOf(arn, here) });
        const Configuration = describe(functions, arn);
        return json(200, operation === 'GetFunction' ? { Configuration } : Configuration);
      },
    });
  };
}

async function invoke(
  functions: Functions,
  { arn, region }: { arn: string; region: string },
  request: WireRequest,
): Promise<WireAnswer> {
  const event = parseEvent(request.body);
  const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse';
  if (type === 'DryRun') return { status: 204, headers: {}, body: '' };
  if (type === 'Event') {
    void functions.invoke(arn, event);
    return { status: 202, headers: {}, body: '' };
  }
  const outcome = await functions.invoke(arn, event);
  if (!outcome.ok && outcome.error.errorType === 'ResourceNotFoundException') {
    throw notFound(outcome.error.errorMessage);
  }
  const answer = json(200, outcome.ok ? outcome.payload : outcome.error);
  const lines = functions.lines(arn, region) ?? [];
  const tail = lines
    .map(({ message }) => message)
    .join('\n')
    .slice(-4096);
  return {
    ...answer,
    headers: {
      ...answer.headers,
      'x-amz-executed-version': '$LATEST',
      ...(!outcome.ok && { 'x-amz-function-error': 'Unhandled' }),
      ...(request.headers['x-amz-log-type'] === 'Tail' && { 'x-amz-log-result': Buffer.from(tail).toString('base64') }),
    },
  };
}

/** Every function is called by the services of its account, as if each had been allowed to. */
function policyOf(arn: string, { accountId }: Account): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'rotation',
        Effect: 'Allow',
        Principal: { Service: 'secretsmanager.amazonaws.com' },
        Action: 'lambda:InvokeFunction',
        Resource: arn,
        Condition: { StringEquals: { 'AWS:SourceAccount': accountId } },
      },
    ],
  });
}

function describe(functions: Functions, arn: string) {
  const definition = functions.definition(arn);
  const isFile = definition && 'file' in definition;
  return {
    FunctionName: arn.split(':').at(-1),
    FunctionArn: arn,
    Runtime: 'nodejs24.x',
    Role: arn.replace(/:lambda:.*/, `:iam::${arn.split(':')[4]}:role/sandbox`),
    Handler: isFile ? `index.${definition.export}` : 'index.handler',
    CodeSize: 0,
    Timeout: isFile ? (definition.timeoutSeconds ?? defaultTimeoutSeconds) : defaultTimeoutSeconds,
    MemorySize: 256,
    Version: '$LATEST',
    PackageType: 'Zip',
    State: 'Active',
    LastUpdateStatus: 'Successful',
  };
}

const elsewhere = (region: string, here: string) =>
  `Functions from '${region}' are not reachable in this region ('${here}')`;
const notFound = (message: string) => new AwsError('ResourceNotFoundException', message, 404);

/** An event may be any JSON; rotation functions get an object. */
function parseEvent(body: Buffer): Record<string, unknown> {
  const event = body.length === 0 ? {} : fromJson(body.toString());
  if (event !== undefined) return event as Record<string, unknown>;
  throw new AwsError('InvalidRequestContentException', 'Could not parse request body into json.');
}
