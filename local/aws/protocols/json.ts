import { AwsError } from '../aws-error.ts';
import { readCredential } from '../credential.ts';
import { isObject } from '../json-text.ts';
import type { Account, Service } from '../service.ts';
import type { Protocol, WireAnswer, WireRequest } from '../wire.ts';

/** The prefix of `X-Amz-Target` for each service of this protocol. */
const prefixes: Readonly<Record<string, Service['name']>> = {
  secretsmanager: 'secretsmanager',
  AmazonSSM: 'ssm',
  Logs_20140328: 'logs',
};

/** How each service calls an error of its own. */
const internal: Partial<Record<Service['name'], string>> = { ssm: 'InternalServerError' };

/**
 * These say `Message`; all others, such as ValidationException, say `message`. In Secrets Manager's model every error does,
 * in Parameter Store's a few do.
 */
const modelled = new Set([
  'DecryptionFailure',
  'EncryptionFailure',
  'InternalServerError',
  'InternalServiceError',
  'InvalidFilterValue',
  'InvalidNextToken',
  'InvalidNextTokenException',
  'InvalidParameterException',
  'InvalidRequestException',
  'LimitExceededException',
  'MalformedPolicyDocumentException',
  'PreconditionNotMetException',
  'PublicPolicyException',
  'ResourceExistsException',
  'ResourceNotFoundException',
  'TooManyUpdates',
]);

/** AWS JSON 1.1: `POST /` with the operation in `X-Amz-Target`. https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html */
export function awsJson(services: readonly Service[], account: Account): Protocol {
  return (request) => {
    const target = request.headers['x-amz-target'];
    if (typeof target !== 'string') return undefined;
    const [prefix = '', operation = ''] = target.split('.');
    const name = prefixes[prefix];
    const service = services.find((known) => known.name === name);
    return {
      service: name ?? prefix,
      operation,
      codes: { throttled: 'ThrottlingException', internal: (name && internal[name]) ?? 'InternalServiceError' },
      failure: (error) => answer(error.status, failureBody(error)),
      run: async () => {
        const credential = readCredential(request);
        if (!credential) throw new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token');
        if (request.method !== 'POST' || !service || !operation) throw new AwsError('UnknownOperationException', '');
        const { accessKeyId, region } = credential;
        const output = await service.call(operation, parseInput(request), {
          accessKeyId,
          region: region || account.region,
        });
        return answer(200, output === undefined ? '' : stringify(output));
      },
    };
  };
}

const answer = (status: number, body: string): WireAnswer => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body,
});

function failureBody({ code, message }: AwsError): string {
  // Recorded of Parameter Store: an error whose code says it all has no text, not an empty one.
  if (code === 'ParameterNotFound' && message === '') return JSON.stringify({ __type: code });
  return JSON.stringify({ __type: code, [modelled.has(code) ? 'Message' : 'message']: message });
}

function parseInput(request: WireRequest): Record<string, unknown> {
  const parsed = parse(request.body);
  if (isObject(parsed)) return parsed;
  throw new AwsError('SerializationException', 'Start of structure or map found where not expected.');
}

function parse(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new AwsError('SerializationException', 'The request body is not valid JSON.');
  }
}

/** Of Node since 21, but not of TypeScript's library yet. */
const { rawJSON } = JSON as typeof JSON & { rawJSON(text: string): unknown };

/** JSON whose dates are spelled as the service spells them: epoch seconds, printed as a Java double (`1.534941463362E9`). */
function stringify(answer: unknown): string {
  return JSON.stringify(answer, (member, value) =>
    typeof value === 'number' && member.endsWith('Date') ? rawJSON(javaDouble(value)) : value,
  );
}

/** `Double.toString` changes to scientific notation at ten million, and always prints a fraction. */
function javaDouble(seconds: number): string {
  if (Math.abs(seconds) < 1e7) return Number.isInteger(seconds) ? `${seconds}.0` : String(seconds);
  const [mantissa = '', exponent = ''] = seconds.toExponential().split('e+');
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${exponent}`;
}
