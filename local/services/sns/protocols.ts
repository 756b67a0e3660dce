import { AwsError } from '../../aws/aws-error.ts';
import { fromJson, isObject } from '../../aws/json-text.ts';
import { loopbackUrl } from '../../loopback.ts';
import { invalid } from './topics.ts';

/** Throws InvalidParameter for an endpoint that the protocol does not reach, and for a protocol that is not here. */
export function checkEndpoint(protocol: string, endpoint: string): void {
  const isWeb = protocol === 'http' || protocol === 'https';
  if (isWeb && !endpoint.startsWith(`${protocol}://`)) throw invalid('Endpoint must match the specified protocol');
  if (isWeb && !loopbackUrl(endpoint)) {
    throw invalid('Endpoint Reason: the sandbox delivers to this machine only: localhost or 127.0.0.1');
  }
  if (isWeb || forms[protocol]?.test(endpoint)) return;
  if (protocol === 'sms') throw new AwsError('InvalidParameter', `Invalid SMS endpoint: ${endpoint}`);
  if (protocol === 'lambda') throw invalid('Lambda endpoint ARN');
  if (protocol in forms) throw invalid('Email address');
  if (!['sqs', 'application', 'firehose'].includes(protocol)) {
    throw invalid(`Amazon SNS does not support this protocol string: ${protocol}`);
  }
  throw invalid(`Protocol Reason: the sandbox has nothing to deliver to over ${protocol}`);
}

const mail = /^[^@\s]+@[^@\s]+$/;
const forms: Readonly<Record<string, RegExp>> = {
  email: mail,
  'email-json': mail,
  /** One separator may stand between two digits. */
  sms: /^\+?\d([-./ ]?\d)+$/,
  lambda: /^arn:[^:]+:lambda:[^:]+:\d{12}:function:[^:]+(:[^:]+)?$/,
};

/** Whoever reads mail or answers http has to agree; a telephone and a function of the account are taken at once. */
export const needsConfirmation = (protocol: string) => protocol !== 'sms' && protocol !== 'lambda';

/** Throws InvalidParameter. A delivery policy and a redrive policy are kept, and nothing is done about them. */
export function checkAttribute(
  name: string,
  value: string,
  protocol: string,
  scope: string | undefined,
  where = '',
): void {
  const refuse = (reason: string) => invalid(`${where}${reason}`);
  const wrong = (rule: string) => refuse(`${name}: Invalid value [${value}]. ${rule}`);
  switch (name) {
    case 'DeliveryPolicy':
    case 'RedrivePolicy':
      return;
    case 'RawMessageDelivery':
      if (value !== 'true' && value !== 'false') throw wrong('Must be true or false.');
      if (value === 'false' || /^https?$/.test(protocol)) return;
      throw refuse(`Delivery protocol [${protocol}] does not support raw message delivery.`);
    case 'FilterPolicyScope':
      if (value === 'MessageAttributes' || value === 'MessageBody') return;
      throw wrong('Please use either MessageBody or MessageAttributes');
    case 'FilterPolicy':
      // A policy that can't be read would otherwise surface at the first message. None at all is how one is taken away.
      if (value !== '' && !isObject(fromJson(value))) throw refuse('FilterPolicy: failed to parse JSON.');
      if (Object.values(Object(fromJson(value))).every((one) => isPolicy(one, scope === 'MessageBody'))) return;
      throw refuse('FilterPolicy: Match value must be String, number, true, false, or null in an array');
    default:
      throw refuse('AttributeName');
  }
}

/** Attributes hold nothing that is nested; a body does. */
function isPolicy(value: unknown, isNested: boolean): boolean {
  if (!isNested || !isObject(value)) return Array.isArray(value);
  return Object.values(value).every((inner) => isPolicy(inner, isNested));
}
