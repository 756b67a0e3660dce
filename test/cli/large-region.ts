import { createServer } from 'node:http';
import { listen, stop } from '../../local/loopback.ts';

/** A region of so many secrets, which answers lists and nothing else: the sandbox takes half a minute to make as many. */
export async function largeRegion(size: number) {
  const secret = (number: number) => ({
    ARN: `arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/service-${number}/db-AbCdEf`,
    Name: `prod/service-${number}/db`,
    RotationEnabled: true,
    RotationLambdaARN: 'arn:aws:lambda:us-east-1:123456789012:function:rekey-prod-postgres-single-user',
    LastRotatedDate: 1.7e9,
    NextRotationDate: 4e9,
    SecretVersionsToStages: { [`5f132b22-2079-47a1-80ca-${number}`]: ['AWSCURRENT'] },
  });
  const server = createServer(async (incoming, outgoing) => {
    const { NextToken = '0' } = JSON.parse(Buffer.concat(await incoming.toArray()).toString());
    const from = Number(NextToken);
    const to = Math.min(size, from + 100);
    const page = { SecretList: Array.from({ length: to - from }, (_, index) => secret(from + index)) };
    const isList = incoming.headers['x-amz-target'] === 'secretsmanager.ListSecrets';
    outgoing.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
    outgoing.end(
      JSON.stringify(isList ? { ...page, ...(to < size && { NextToken: String(to) }) } : { Parameters: [] }),
    );
  });
  return {
    url: `http://127.0.0.1:${await listen(server)}`,
    [Symbol.asyncDispose]: () => stop(server),
  };
}
