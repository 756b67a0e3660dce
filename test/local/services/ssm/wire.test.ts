import { SSM } from '@aws-sdk/client-ssm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../../../local/sandbox.ts';
import { credentials, readJson, signature } from '../../aws-request.ts';

let sandbox: Sandbox;
let ssm: SSM;
const clock = { now: Date.parse('2030-01-01T00:00:00.250Z') };

beforeAll(async () => {
  sandbox = await startSandbox({ account: { now: () => clock.now } });
  ssm = new SSM({ endpoint: sandbox.url, region: 'us-east-1', credentials, maxAttempts: 1 });
});
afterEach(() => sandbox.reset());
afterAll(async () => {
  ssm.destroy();
  await sandbox.close();
});

function post(operation: string, body: object) {
  return fetch(sandbox.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AmazonSSM.${operation}`,
      authorization: signature('ssm'),
    },
    body: JSON.stringify(body),
  });
}

function control(path: string, body: object) {
  return fetch(`${sandbox.url}/_sandbox/${path}`, { method: 'POST', body: JSON.stringify(body) });
}

describe('Parameter Store on the wire', () => {
  it('the SDK writes, labels and reads a parameter', async () => {
    await ssm.putParameter({ Name: '/app/key', Value: 'one', Type: 'SecureString' });
    await ssm.putParameter({ Name: '/app/key', Value: 'two', Overwrite: true });
    await ssm.labelParameterVersion({ Name: '/app/key', ParameterVersion: 1, Labels: ['current'] });

    const { Parameter } = await ssm.getParameter({ Name: '/app/key:current', WithDecryption: true });

    expect(Parameter).toMatchObject({ Value: 'one', Version: 1, Selector: ':current' });
    expect(Parameter?.LastModifiedDate).toEqual(new Date(clock.now));
  });

  it('the SDK knows the errors', async () => {
    const refused = ssm.getParameter({ Name: '/nope' });

    await expect(refused).rejects.toMatchObject({ name: 'ParameterNotFound', $metadata: { httpStatusCode: 400 } });
  });

  it('an error without a text has no member for one', async () => {
    const response = await post('GetParameter', { Name: '/nope' });

    expect([response.status, await readJson(response)]).toEqual([400, { __type: 'ParameterNotFound' }]);
  });

  it.each([
    ['PutParameter', { Name: 'a', Value: 'v' }, 'ValidationException', 'message'],
    ['GetParametersByPath', { Path: '/', NextToken: 'x' }, 'InvalidNextToken', 'Message'],
    ['DescribeParameters', { ParameterFilters: [{ Key: 'Name' }] }, 'InvalidFilterValue', 'Message'],
    ['DescribeParameters', { ParameterFilters: [{ Key: 'Label', Values: ['a'] }] }, 'InvalidFilterKey', 'message'],
  ])('%s %j is refused with %s and a %s', async (operation, body, code, member) => {
    const refused = await readJson(await post(operation, body));

    expect(refused).toEqual({ __type: code, [member]: expect.any(String) });
  });

  it('dates are spelled as the service spells them', async () => {
    await ssm.putParameter({ Name: 'a', Value: 'v', Type: 'String' });

    const text = await (await post('GetParameter', { Name: 'a' })).text();

    expect(text).toContain('"LastModifiedDate":1.89345600025E9');
  });

  it('a cut answer leaves the write done', async () => {
    sandbox.faults.add({ service: 'ssm', operation: 'PutParameter', action: 'cut', when: 'after' });

    await expect(ssm.putParameter({ Name: 'a', Value: 'v', Type: 'String' })).rejects.toThrow();

    expect((await ssm.getParameter({ Name: 'a' })).Parameter?.Value).toBe('v');
  });

  it('an error of the service has the name that its model gives it', async () => {
    sandbox.faults.add({ service: 'ssm', action: 'error' });

    const refused = ssm.getParameter({ Name: 'a' });

    await expect(refused).rejects.toMatchObject({ name: 'InternalServerError' });
  });

  it('a secret is read through its reference', async () => {
    await sandbox.secretsManager.call(
      'CreateSecret',
      { Name: 'app', ClientRequestToken: 'a'.repeat(32), SecretString: 'hunter2' },
      { region: 'us-east-1' },
    );

    const { Parameter } = await ssm.getParameter({ Name: '/aws/reference/secretsmanager/app', WithDecryption: true });

    expect(Parameter).toMatchObject({ Value: 'hunter2', Version: 0 });
  });

  it('the clock of the policies is moved by a route, and its events are delivered to a function', async () => {
    const heard: unknown[] = [];
    sandbox.functions.register('listener', { handler: (event: object) => void heard.push(event) });
    const policy = { Type: 'NoChangeNotification', Version: '1.0', Attributes: { After: '1', Unit: 'Days' } };
    const Policies = JSON.stringify([policy]);
    await ssm.putParameter({ Name: 'a', Value: 'v', Type: 'String', Tier: 'Advanced', Policies });

    const early = await readJson(await control('ssm/clock', { until: '2030-01-01T12:00:00Z' }));
    const due = await readJson<unknown[]>(
      await control('ssm/clock', { until: clock.now + 86_400_000, deliverTo: 'listener' }),
    );

    const events = await readJson<unknown[]>(await fetch(`${sandbox.url}/_sandbox/ssm/events`));
    expect(early).toEqual([]);
    expect(due).toMatchObject([{ 'detail-type': 'Parameter Store Policy Action', resources: [expect.any(String)] }]);
    expect(heard).toEqual(due);
    expect(events).toHaveLength(2);
  });

  it.each([{ until: 'soon' }, { until: '2030-01-01' }, { when: 1 }])('the route refuses %j', async (body) => {
    const response = await control('ssm/clock', body);

    expect(response.status).toBe(400);
  });

  it('a reset leaves nothing', async () => {
    await ssm.putParameter({ Name: 'a', Value: 'v', Type: 'String' });

    await sandbox.reset();

    expect((await ssm.describeParameters({})).Parameters).toEqual([]);
    expect(sandbox.ssm.events).toEqual([]);
  });
});
