import { createServer } from 'node:http';
import { listen, stop } from '../../local/loopback.ts';

type Input = Readonly<Record<string, string>>;

/** A region of so many secrets, which lists them and rotates each at once, and nothing else: the sandbox takes half a minute to make as many. */
export async function largeRegion(size: number) {
  const rotated = new Map<string, string>();
  const secret = (number: number) => ({
    ARN: `arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/service-${number}/db-AbCdEf`,
    Name: `prod/service-${number}/db`,
    RotationEnabled: true,
    RotationLambdaARN: 'arn:aws:lambda:us-east-1:123456789012:function:rekey-prod-postgres-single-user',
    LastRotatedDate: 1.7e9,
    NextRotationDate: 4e9,
    SecretVersionsToStages: { [`5f132b22-2079-47a1-80ca-${number}`]: ['AWSCURRENT'] },
  });
  const answers: Readonly<Record<string, (input: Input) => unknown>> = {
    'secretsmanager.ListSecrets': ({ NextToken = '0' }) => {
      const from = Number(NextToken);
      const to = Math.min(size, from + 100);
      const page = { SecretList: Array.from({ length: to - from }, (_, index) => secret(from + index)) };
      return { ...page, ...(to < size && { NextToken: String(to) }) };
    },
    'secretsmanager.GetSecretValue': ({ SecretId = '' }) => ({ SecretString: JSON.stringify({ host: SecretId }) }),
    'secretsmanager.RotateSecret': ({ SecretId = '', ClientRequestToken = '' }) => {
      rotated.set(SecretId, ClientRequestToken);
      return { ARN: SecretId };
    },
    'secretsmanager.DescribeSecret': ({ SecretId = '' }) => {
      const { SecretVersionsToStages, ...rest } = secret(Number(/service-(\d+)/.exec(SecretId)?.[1]));
      const token = rotated.get(SecretId);
      const VersionIdsToStages = token === undefined ? SecretVersionsToStages : { [token]: ['AWSCURRENT'] };
      return { ...rest, LastRotatedDate: token === undefined ? 1.7e9 : 1.8e9, VersionIdsToStages };
    },
    'Logs_20140328.FilterLogEvents': () => ({ events: [] }),
  };
  const server = createServer(async (incoming, outgoing) => {
    const input = JSON.parse(Buffer.concat(await incoming.toArray()).toString());
    const answer = answers[String(incoming.headers['x-amz-target'])] ?? (() => ({ Parameters: [] }));
    outgoing.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
    outgoing.end(JSON.stringify(answer(input)));
  });
  return {
    url: `http://127.0.0.1:${await listen(server)}`,
    rotated: () => rotated.size,
    [Symbol.asyncDispose]: () => stop(server),
  };
}
