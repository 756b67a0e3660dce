import { request } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../../local/sandbox.ts';
import { postJson, readJson } from '../aws-request.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.close());
beforeEach(() => sandbox.reset());

const token = '11111111-1111-4111-8111-111111111111';
const createBody = JSON.stringify({ Name: 'app', SecretString: 'value', ClientRequestToken: token });

/** fetch does not let a caller set Host. */
function statusWith(headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${sandbox.url}/_sandbox/health`, { headers, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

describe('AWS JSON 1.1', () => {
  it('answers with a request id and the protocol’s content type', async () => {
    const response = await postJson(sandbox.url, 'CreateSecret', createBody);

    expect(response.status).toBe(200);
    expect(response.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
    expect(response.headers.get('content-type')).toBe('application/x-amz-json-1.1');
  });

  it('spells dates as a Java double of epoch seconds', async () => {
    await postJson(sandbox.url, 'CreateSecret', createBody);

    const text = await (await postJson(sandbox.url, 'DescribeSecret', '{"SecretId":"app"}')).text();

    expect(text).toMatch(/"CreatedDate":1\.\d{4,12}E9[,}]/);
    expect(JSON.parse(text).CreatedDate).toBeCloseTo(Date.now() / 1000, -2);
  });

  it('answers an operation without output with an empty body', async () => {
    await postJson(sandbox.url, 'CreateSecret', createBody);

    const response = await postJson(sandbox.url, 'TagResource', '{"SecretId":"app","Tags":[{"Key":"k","Value":"v"}]}');

    expect(response.headers.get('content-length')).toBe('0');
    expect(await response.text()).toBe('');
  });

  it('says Message for an error of the model and message for any other', async () => {
    const missing = await postJson(sandbox.url, 'GetSecretValue', '{"SecretId":"nope"}');
    const invalid = await postJson(sandbox.url, 'GetSecretValue', '{}');

    expect([missing.status, await missing.json()]).toEqual([
      400,
      { __type: 'ResourceNotFoundException', Message: "Secrets Manager can't find the specified secret." },
    ]);
    expect([invalid.status, await invalid.json()]).toEqual([
      400,
      { __type: 'ValidationException', message: expect.stringContaining("Value null at 'secretId'") },
    ]);
  });

  it.each([
    ['half a document', '{"SecretId":'],
    ['an array', '[]'],
    ['a number', '1'],
    ['bytes that are not UTF-8', Uint8Array.of(0x22, 0xff, 0x22)],
  ])('refuses %s as a body', async (_, body) => {
    const response = await postJson(sandbox.url, 'GetSecretValue', body);

    expect(response.status).toBe(400);
    expect((await readJson(response)).__type).toBe('SerializationException');
  });

  it('refuses a body that is larger than any service takes', async () => {
    const body = Buffer.alloc(7 * 1024 * 1024, 0x20);

    const status = await postJson(sandbox.url, 'GetSecretValue', body).then(
      (response) => response.status,
      () => 'connection closed',
    );

    // The connection ends with the answer, so a client that is still writing may not get to read it.
    expect([413, 'connection closed']).toContain(status);
    expect((await fetch(`${sandbox.url}/_sandbox/health`)).status).toBe(200);
  });

  it('refuses a request that is not signed', async () => {
    const response = await fetch(sandbox.url, {
      method: 'POST',
      headers: { 'x-amz-target': 'secretsmanager.ListSecrets' },
      body: '{}',
    });

    expect(response.status).toBe(400);
    expect((await readJson(response)).__type).toBe('MissingAuthenticationTokenException');
  });

  it.each(['secretsmanager.Nonsense', 'AmazonSSM.SendCommand', 'secretsmanager', 'other.ListSecrets'])(
    'does not know the operation %s',
    async (target) => {
      const response = await postJson(sandbox.url, '', '{}', { 'x-amz-target': target });

      expect(response.status).toBe(400);
      expect((await readJson(response)).__type).toBe('UnknownOperationException');
    },
  );
});

describe('the guard', () => {
  it.each([
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { host: 'evil.example' },
    { host: '127.0.0.1.evil.example' },
    { host: '192.168.0.1:4566' },
  ])('refuses a request with %j', async (headers) => {
    const status = await statusWith(headers as unknown as Record<string, string>);

    expect(status).toBe(403);
  });

  it.each(['localhost', 'localhost:4566', '127.0.0.1', '[::1]:4566'])('lets in a request for host %s', async (host) => {
    const status = await statusWith({ host });

    expect(status).toBe(200);
  });
});

describe('the request log', () => {
  it('holds service, operation, status and error of every call', async () => {
    await postJson(sandbox.url, 'CreateSecret', createBody);
    await postJson(sandbox.url, 'GetSecretValue', '{"SecretId":"nope"}');

    const [created, refused] = sandbox.requests;

    expect(created).toMatchObject({ service: 'secretsmanager', operation: 'CreateSecret', status: 200 });
    expect(created?.durationMs).toBeGreaterThanOrEqual(0);
    expect(created).not.toHaveProperty('caller');
    expect(refused).toMatchObject({ operation: 'GetSecretValue', status: 400, errorCode: 'ResourceNotFoundException' });
  });

  it('names the function that made a call by its access key', async () => {
    sandbox.functions.register('rotator', { handler: () => {} });
    const { AWS_ACCESS_KEY_ID: key } = sandbox.functions.environment('rotator');

    await postJson(sandbox.url, 'ListSecrets', '{}', {
      authorization: `AWS4-HMAC-SHA256 Credential=${key}/20260101/us-east-1/secretsmanager/aws4_request, Signature=0`,
    });

    expect(sandbox.requests[0]?.caller).toBe('rotator');
  });
});

describe('the sandbox’s own routes', () => {
  const control = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${sandbox.url}${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await readJson<{ arn?: string; message?: string }>(response) };
  };

  it.each(['/_sandbox/reset', '/moto-api/reset'])('%s empties everything but the functions', async (path) => {
    sandbox.functions.register('stays', { handler: () => {} });
    sandbox.rds.tell({ instances: [{ DBInstanceIdentifier: 'db' }] });
    sandbox.faults.add({ action: 'cut' });
    sandbox.faults.staleReads = 3;
    await sandbox.secretsManager.call('CreateSecret', JSON.parse(createBody), { region: 'us-east-1' });

    const answer = await control('POST', path);

    expect(answer).toEqual({ status: 200, body: { status: 'ok' } });
    expect([sandbox.requests, sandbox.faults.pending(), sandbox.faults.staleReads]).toEqual([[], [], 0]);
    expect(sandbox.functions.find('stays')).toBeDefined();
    const list = await readJson(await postJson(sandbox.url, 'ListSecrets', '{}'));
    expect(list.SecretList).toEqual([]);
  });

  it('take a function by name and address', async () => {
    const answer = await control('POST', '/_sandbox/functions', { name: 'far', endpoint: 'http://127.0.0.1:1' });

    expect(answer.body.arn).toBe('arn:aws:lambda:us-east-1:123456789012:function:far');
    expect(sandbox.functions.find('far')).toBe(answer.body.arn);
  });

  it.each([
    ['/_sandbox/functions', { name: 'x', endpoint: 'http://example.com' }],
    ['/_sandbox/functions', { name: 'x', file: '/etc/passwd', export: 'y' }],
    ['/_sandbox/functions', { name: 'no spaces', endpoint: 'http://127.0.0.1:1' }],
    ['/_sandbox/faults', { rules: [{ action: 'explode' }] }],
    ['/_sandbox/rds', { instances: [{}] }],
    ['/_sandbox/rotations/retry', {}],
  ])('%s refuses %j', async (path, body) => {
    const answer = await control('POST', path, body);

    expect(answer.status).toBe(400);
    expect(answer.body.message).not.toBe('');
  });

  it('take faults', async () => {
    await control('POST', '/_sandbox/faults', {
      rules: [{ operation: 'ListSecrets', action: 'throttle' }],
      staleReads: 2,
      deliverTwice: { setSecret: 1 },
    });

    expect(sandbox.faults.pending()).toEqual([{ operation: 'ListSecrets', action: 'throttle' }]);
    expect(sandbox.faults.staleReads).toBe(2);
    expect([sandbox.faults.deliverTwice('setSecret'), sandbox.faults.deliverTwice('setSecret')]).toEqual([true, false]);
  });

  it('answer 404 for a route that does not exist, and for a secret that does not', async () => {
    const route = await control('GET', '/_sandbox/nothing');
    const service = await fetch(`${sandbox.url}/nothing`);

    expect([route.status, service.status]).toEqual([404, 404]);
  });
});

it('ends open connections when it closes', async () => {
  const other = await startSandbox();
  other.faults.add({ action: 'hang' });
  const hanging = postJson(other.url, 'ListSecrets', '{}').then(
    () => 'answered',
    () => 'ended',
  );
  await expect.poll(() => other.faults.pending()).toEqual([]);

  await other.close();

  expect(await hanging).toBe('ended');
});

it('refuses to start on a port that is in use', async () => {
  const { port } = new URL(sandbox.url);

  const second = startSandbox({ port: Number(port) });

  await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
