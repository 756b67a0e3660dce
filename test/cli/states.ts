/** Step Functions: moto's interpreter, whose tasks call a sandbox. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { listen, stop } from '../../local/loopback.ts';
import { findTool, toolEnvironment } from '../support/tool.ts';

/** Undefined where the machine has none. */
export const interpreter = await findTool({
  engine: 'states',
  name: 'python3',
  parameters: ['-c', 'import jsonata, moto, moto.server, moto.stepfunctions.parser.models; print(moto.__version__)'],
});

/** Its address. */
export async function startStates(sandboxUrl: string) {
  const child = spawn(interpreter?.program ?? '', [fileURLToPath(new URL('fleet.fixture.py', import.meta.url))], {
    env: { ...toolEnvironment, MOTO_PORT: new URL(sandboxUrl).port },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const over = new Promise((resolve) => child.once('close', resolve));
  const [port] = (await child.stdout.take(1).toArray()) as Buffer[];
  const url = `http://127.0.0.1:${String(port).trim()}`;
  return {
    url,
    /** moto cannot begin an execution beside one with a map. */
    reset: () => fetch(`${url}/moto-api/reset`, { method: 'POST' }),
    async [Symbol.asyncDispose]() {
      child.kill();
      await over;
    },
  };
}

/** One address for an account: `states` answers for Step Functions, the sandbox for everything else. */
export async function beside(sandboxUrl: string, states: (operation: string, body: Buffer) => Promise<Answer>) {
  const server = createServer(async (incoming, outgoing) => {
    const body = Buffer.concat(await incoming.toArray());
    const [service, operation = ''] = String(incoming.headers['x-amz-target']).split('.');
    const { host: _, connection: __, 'content-length': ___, ...headers } = incoming.headers;
    const { status, text } =
      service === 'AWSStepFunctions'
        ? await states(operation, body)
        : await sent(sandboxUrl, body, headers as Record<string, string>);
    outgoing.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
    outgoing.end(text);
  });
  return { url: `http://127.0.0.1:${await listen(server)}`, [Symbol.asyncDispose]: () => stop(server) };
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

async function sent(url: string, body: Buffer, headers: Record<string, string>): Promise<Answer> {
  const answer = await fetch(url, { method: 'POST', body, headers });
  return { status: answer.status, text: await answer.text() };
}

/** Hands a call on to moto. */
export const through = (url: string) => (operation: string, body: Buffer) =>
  sent(url, body, {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': `AWSStepFunctions.${operation}`,
    authorization:
      'AWS4-HMAC-SHA256 Credential=AKIATEST/20260101/us-east-1/states/aws4_request, SignedHeaders=host, Signature=0',
  });
