/** The services of AWS on one port of this machine, as the SDK in this thread finds them. */
import { createServer } from 'node:http';
import { listen, stop } from '../../local/loopback.ts';

/** `SecretsManager.GetSecretValue`, or the Action of a form. Undefined: the service does not know what the call names. */
export type Answering = (
  operation: string,
  body: string,
) => { readonly status: number; readonly body: string } | undefined;

export async function serviceThat(answers: Answering): Promise<{ readonly close: () => Promise<void> }> {
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const named = request.headers['x-amz-target'] ?? new URLSearchParams(body).get('Action') ?? request.url ?? '';
    const unknown = { status: 400, body: JSON.stringify({ __type: 'ResourceNotFoundException', message: 'not here' }) };
    const answer = answers(String(named).replace(/^AmazonSSM|^secretsmanager/, ''), body) ?? unknown;
    response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(answer.body);
  });
  const port = await listen(server);
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_ACCESS_KEY_ID: 'AKIATEST',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'eu-west-1',
    NOTIFICATION_TOPIC_ARN: 'arn:aws:sns:eu-west-1:123456789012:rotations',
  });
  return { close: () => stop(server) };
}
