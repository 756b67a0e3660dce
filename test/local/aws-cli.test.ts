import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../local/sandbox.ts';
import { awsAt, findAwsCli } from '../support/aws-cli.ts';

const cli = await findAwsCli();
const fixture = fileURLToPath(new URL('services/lambda/functions.fixture.mjs', import.meta.url));

describe.skipIf(!cli)('the AWS CLI', () => {
  let sandbox: Sandbox;
  let folder: string;
  let aws: ReturnType<typeof awsAt>;

  beforeAll(async () => {
    sandbox = await startSandbox();
    folder = mkdtempSync(join(tmpdir(), 'rekey-cli-'));
    if (cli) aws = awsAt(sandbox.url, folder, cli);
  });
  afterAll(async () => {
    await sandbox.close();
    rmSync(folder, { recursive: true });
  });

  it('creates a secret, rotates it and reads it', async () => {
    const arn = sandbox.functions.register('rotator', {
      file: fixture,
      export: 'rotate',
    });
    const file = join(folder, 'value.json');
    writeFileSync(file, '{"username":"app"}');

    await aws('secretsmanager', 'create-secret', '--name', 'app', '--secret-string', `file://${file}`);
    const rotated = await aws(
      ...['secretsmanager', 'rotate-secret', '--secret-id', 'app', '--rotation-lambda-arn', arn],
      ...['--rotation-rules', 'AutomaticallyAfterDays=30'],
    );
    await sandbox.idle();
    const described = await aws('secretsmanager', 'describe-secret', '--secret-id', 'app');
    const read = await aws('secretsmanager', 'get-secret-value', '--secret-id', 'app');

    expect(described.output).toMatchObject({ Name: 'app', RotationEnabled: true, RotationLambdaARN: arn });
    expect(new Date(described.output.LastRotatedDate).getFullYear()).toBe(new Date().getFullYear());
    expect(read.output).toMatchObject({
      VersionId: rotated.output.VersionId,
      SecretString: `value of ${rotated.output.VersionId}`,
    });
  });

  it('shows the service’s errors', async () => {
    const { status, stderr } = await aws('secretsmanager', 'get-secret-value', '--secret-id', 'nope');

    expect(status).toBe(cli?.refused);
    expect(stderr).toBe(
      "An error occurred (ResourceNotFoundException) when calling the GetSecretValue operation: Secrets Manager can't find the specified secret.",
    );
  });

  it('publishes to a topic', async () => {
    const { output } = await aws('sns', 'create-topic', '--name', 'alerts');

    await aws('sns', 'publish', '--topic-arn', output.TopicArn, '--message', 'text', '--subject', 'S');

    expect(sandbox.sns.messages).toMatchObject([{ subject: 'S', message: 'text' }]);
  });

  it('subscribes a function to a topic, and sends it a batch', async () => {
    const events: unknown[] = [];
    const listener = sandbox.functions.register('listener', { handler: (event: object) => void events.push(event) });
    const topic = (await aws('sns', 'create-topic', '--name', 'batches', '--tags', 'Key=team,Value=a')).output.TopicArn;

    const { output } = await aws(
      ...['sns', 'subscribe', '--topic-arn', topic, '--protocol', 'lambda', '--notification-endpoint', listener],
    );
    await aws(
      ...['sns', 'publish-batch', '--topic-arn', topic],
      ...['--publish-batch-request-entries', 'Id=a,Message=one', 'Id=b,Message=two'],
    );
    await sandbox.idle();
    const listed = await aws('sns', 'list-subscriptions');
    const tags = await aws('sns', 'list-tags-for-resource', '--resource-arn', topic);
    const shown = await aws('sns', 'get-subscription-attributes', '--subscription-arn', output.SubscriptionArn);

    expect(events).toMatchObject(['one', 'two'].map((Message) => ({ Records: [{ Sns: { Message } }] })));
    expect(listed.output.Subscriptions).toMatchObject([{ SubscriptionArn: output.SubscriptionArn }]);
    expect(tags.output).toEqual({ Tags: [{ Key: 'team', Value: 'a' }] });
    expect(shown.output.Attributes).toMatchObject({ Protocol: 'lambda', PendingConfirmation: 'false' });
  });

  it('invokes a function', async () => {
    sandbox.functions.register('echo', { handler: (event: object) => ({ event }) });
    const file = join(folder, 'out.json');

    const { output } = await aws('lambda', 'invoke', '--function-name', 'echo', '--payload', '{"a":1}', file);

    expect(output).toEqual({ StatusCode: 200, ExecutedVersion: '$LATEST' });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ event: { a: 1 } });
  });

  it('says who calls', async () => {
    const { output } = await aws('sts', 'get-caller-identity');

    expect(output).toEqual({
      UserId: '123456789012',
      Account: '123456789012',
      Arn: 'arn:aws:iam::123456789012:root',
    });
  });

  it('tells how a function is configured', async () => {
    const FunctionArn = sandbox.functions.register('rotator', { file: fixture, export: 'rotate', timeoutSeconds: 9 });

    const { output } = await aws('lambda', 'get-function-configuration', '--function-name', 'rotator');
    const whole = await aws('lambda', 'get-function', '--function-name', 'rotator');

    expect(output).toMatchObject({ FunctionName: 'rotator', FunctionArn, Handler: 'index.rotate', Timeout: 9 });
    expect(whole.output.Configuration).toEqual(output);
  });

  it('reads the log of a function', async () => {
    const group = ['--log-group-name', '/aws/lambda/talker'];
    sandbox.functions.register('talker', { file: fixture, export: 'print' });
    await sandbox.functions.invoke('talker', {});
    await expect.poll(() => sandbox.functions.logs('talker').length).toBe(2);

    const since = String(Date.now() - 300_000);
    // As `aws logs tail` of version 2 asks; version 1 has no such command.
    const tail = await aws('logs', 'filter-log-events', ...group, '--interleaved', '--start-time', since);
    const filtered = await aws('logs', 'filter-log-events', ...group, '--filter-pattern', 'stderr');
    const streams = await aws('logs', 'describe-log-streams', ...group);
    const stream: string = streams.output.logStreams[0].logStreamName;
    const got = await aws('logs', 'get-log-events', ...group, '--log-stream-name', stream, '--start-from-head');
    const none = await aws('logs', 'filter-log-events', '--log-group-name', '/aws/lambda/nobody');

    const told = tail.output.events.map(({ message }: { message: string }) => message);
    expect(told.sort()).toEqual(['to stderr', 'to stdout']);
    expect(filtered.output.events).toMatchObject([{ message: 'to stderr', logStreamName: stream }]);
    expect(got.output.events).toHaveLength(2);
    expect(none.stderr).toContain('ResourceNotFoundException');
  });
});
