/** The packaged functions, end to end: real processes, a real PostgreSQL server, the sandbox's Secrets Manager and SNS. */
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { metricLines, metricsIn } from '../support/emf.ts';
import { packaged } from '../support/packaged.ts';

const house = await packaged();
afterAll(() => house.close());
beforeEach(() => house.sandbox.faults.clear());
const { sandbox, server } = house;
const nameOf = (arn: string) => arn.split(':').at(-1) ?? '';
const callsOf = (arn: string) =>
  sandbox.requests.filter(({ caller, service }) => caller === nameOf(arn) && service === 'secretsmanager');

describe('single user', () => {
  it('rotates: the new password opens, the old one does not, and ten calls are enough', async () => {
    const arn = house.register('singleUser');
    const secret = await house.secret();
    const before = await house.value(secret);

    const { token, error } = await house.rotate(secret, arn);

    expect(error).toBeUndefined();
    expect(await house.labels(secret)).toMatchObject({ AWSCURRENT: token });
    expect((await house.labels(secret)).AWSPENDING).toBeUndefined();
    expect([await house.opens(before), await house.opens(await house.value(secret))]).toEqual([false, true]);
    expect(callsOf(arn)).toHaveLength(10);
  });

  it('tells the topic once, without a value', async () => {
    const arn = house.register('singleUser');
    const secret = await house.secret();

    const { token } = await house.rotate(secret, arn);

    const messages = house.messages(secret);
    expect(messages).toHaveLength(1);
    expect(messages[0]?.subject).toMatch(/^Rekey: test\/.* was rotated$/);
    expect(messages[0]?.body).toMatchObject({
      outcome: 'succeeded',
      token,
      strategy: 'single-user',
      engine: 'postgres',
      working: 'AWSCURRENT',
    });
    expect(messages[0]?.attributes).toMatchObject({ outcome: { Value: 'succeeded' } });
  });

  it('writes its metrics into the log: calls, logins and the outage, without the name of the secret or a value', async () => {
    const arn = house.register('singleUser', { METRICS: 'rekey-test' });
    const secret = await house.secret();

    await house.rotate(secret, arn);

    const lines = metricLines((sandbox.functions.lines(nameOf(arn), 'us-east-1') ?? []).map(({ message }) => message));
    const sum = (name: string) => lines.reduce((total, line) => total + Number(line[name] ?? 0), 0);
    expect(lines.map(({ outcome }) => outcome).filter(Boolean)).toEqual(['succeeded']);
    // The message, too.
    expect({ calls: sum('ServiceCalls'), logins: sum('Logins') }).toEqual({ calls: 11, logins: 2 });
    expect(lines.filter(({ OutageMs }) => OutageMs !== undefined)).toMatchObject([{ step: 'setSecret' }]);
    expect(sum('OutageMs')).toBeLessThan(5000);
    expect(metricsIn(lines).join()).not.toContain('packaged');
    expect(JSON.stringify(lines)).not.toContain(String((await house.value(secret)).password));
  });

  it.each([["o'brien packaged"], ['Weird "Name" packaged'], ['пользователь packaged'], ['50%off']])(
    'rotates a user named %s, with every printable character in the password',
    async (username) => {
      const arn = house.register('singleUser', { EXCLUDE_CHARACTERS: '', PASSWORD_LENGTH: '128' });
      await server.createUser(username, 'first password');
      const secret = await house.secret({ username });

      const { error } = await house.rotate(secret, arn);

      expect(error).toBeUndefined();
      const value = await house.value(secret);
      expect(value.password).toHaveLength(128);
      expect(await house.opens(value)).toBe(true);
    },
  );

  it('rotates a user that may have one connection only', async () => {
    const arn = house.register('singleUser');
    const secret = await house.secret();
    const { username } = await house.value(secret);
    await server.sql(`ALTER ROLE ${username} CONNECTION LIMIT 1`);

    const { error } = await house.rotate(secret, arn);

    expect(error).toBeUndefined();
    expect(await house.opens(await house.value(secret))).toBe(true);
  });

  it('takes the change back when the application holds every connection that the limit allows, and passes later', async () => {
    const arn = house.register('singleUser');
    const secret = await house.secret();
    const before = await house.value(secret);
    await server.sql(`ALTER ROLE ${before.username} CONNECTION LIMIT 2`);
    const application = await house.session(before);

    const { error } = await house.rotate(secret, arn);
    await application.end();

    expect(error).toMatchObject({ errorType: 'UnreachableError' });
    expect(await house.value(secret)).toEqual(before);
    await expect.poll(() => house.opens(before)).toBe(true);
    await sandbox.secretsManager.retryRotation(secret);
    expect((await house.labels(secret)).AWSPENDING).toBeUndefined();
    expect(await house.opens(await house.value(secret))).toBe(true);
  });

  it('keeps the order of the templates with CUTOVER=finish', async () => {
    const arn = house.register('singleUser', { CUTOVER: 'finish' });
    const secret = await house.secret();

    const { token, error } = await house.rotate(secret, arn);

    expect(error).toBeUndefined();
    expect(await house.labels(secret)).toMatchObject({ AWSCURRENT: token });
    const promoted = callsOf(arn).findIndex(({ operation }) => operation === 'UpdateSecretVersionStage');
    expect(
      callsOf(arn)
        .slice(promoted)
        .map(({ operation }) => operation),
    ).toEqual(['UpdateSecretVersionStage', 'UpdateSecretVersionStage']);
  });

  it('finds the endpoint by the name that the templates use', async () => {
    const arn = house.register('singleUser', {
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      SECRETS_MANAGER_ENDPOINT: sandbox.url,
      NOTIFICATION_TOPIC_ARN: '',
    });
    const secret = await house.secret();

    expect((await house.rotate(secret, arn)).error).toBeUndefined();
  });

  it('passes the configuration check of RotateImmediately=false without changing anything', async () => {
    const arn = house.register('singleUser');
    const secret = await house.secret();
    const before = await house.value(secret);
    const { RotateSecretCommand } = await import('@aws-sdk/client-secrets-manager');

    await house.client.send(
      new RotateSecretCommand({
        SecretId: secret,
        RotationLambdaARN: arn,
        RotateImmediately: false,
        RotationRules: { AutomaticallyAfterDays: 1 },
      }),
    );
    await sandbox.idle();

    const { event, error } = sandbox.secretsManager.history.at(-1) ?? {};
    expect([event, error]).toEqual(['TestRotationSucceeded', undefined]);
    expect(await house.value(secret)).toEqual(before);
    expect(await house.opens(before)).toBe(true);
  });

  it.each(['createSecret', 'setSecret', 'testSecret', 'finishSecret'])(
    'ends quietly when %s is delivered twice at once',
    async (step) => {
      const arn = house.register('singleUser');
      const secret = await house.secret();
      sandbox.faults.deliverStepTwice(step);

      const { token, error } = await house.rotate(secret, arn);

      expect(error).toBeUndefined();
      expect(await house.labels(secret)).toMatchObject({ AWSCURRENT: token });
      expect(await house.opens(await house.value(secret))).toBe(true);
    },
  );
});

describe('alternating users', () => {
  it('rotates: the user before keeps working, and eleven calls are enough', async () => {
    const arn = house.register('alternatingUsers');
    const secret = await house.secret();
    const before = await house.value(secret);

    const { token, error } = await house.rotate(secret, arn);

    expect(error).toBeUndefined();
    expect(await house.labels(secret)).toMatchObject({ AWSCURRENT: token });
    const value = await house.value(secret);
    expect(value.username).toBe(`${before.username}_clone`);
    expect([await house.opens(before), await house.opens(value)]).toEqual([true, true]);
    expect(callsOf(arn)).toHaveLength(11);
  });

  it('rotates back and forth, and each value works until its user’s next turn', async () => {
    const arn = house.register('alternatingUsers');
    const secret = await house.secret();
    const opened: boolean[] = [];

    for (let turn = 0; turn < 3; turn++) {
      await house.rotate(secret, arn);
      opened.push(
        await house.opens(await house.value(secret)),
        await house.opens(await house.value(secret, 'AWSPREVIOUS')),
      );
    }

    expect(opened).toEqual([true, true, true, true, true, true]);
  });

  describe('the superuser secret', () => {
    const managed = () => JSON.stringify({ username: server.superuser.username, password: server.superuser.password });
    const tagged = async (key: string, arn: string) => {
      const { CreateSecretCommand } = await import('@aws-sdk/client-secrets-manager');
      const Name = `rds!${Math.random()}`;
      await house.client.send(
        new CreateSecretCommand({ Name, SecretString: managed(), Tags: [{ Key: key, Value: arn }] }),
      );
      return Name;
    };
    const port = Number(server.superuser.port);

    it('that RDS manages is completed from its instance', async () => {
      const arn = house.register('alternatingUsers');
      const instance = 'arn:aws:rds:us-east-1:123456789012:db:orders';
      sandbox.rds.tell({
        instances: [
          {
            DBInstanceIdentifier: 'orders',
            DBInstanceArn: instance,
            Engine: 'postgres',
            Endpoint: { Address: 'localhost', Port: port },
          },
        ],
      });
      const secret = await house.secret({ masterarn: await tagged('aws:rds:primarydbinstancearn', instance) });

      expect((await house.rotate(secret, arn)).error).toBeUndefined();
    });

    it('that RDS manages is completed from its cluster', async () => {
      const arn = house.register('alternatingUsers');
      const cluster = 'arn:aws:rds:us-east-1:123456789012:cluster:shop';
      sandbox.rds.tell({
        clusters: [
          {
            DBClusterIdentifier: 'shop',
            DBClusterArn: cluster,
            Engine: 'aurora-postgresql',
            Endpoint: 'localhost',
            Port: port,
            DBClusterMembers: [],
          },
        ],
      });
      const secret = await house.secret({ masterarn: await tagged('aws:rds:primarydbclusterarn', cluster) });

      expect((await house.rotate(secret, arn)).error).toBeUndefined();
    });

    it('without a host and without such a tag is refused, and the hint says what to store', async () => {
      const arn = house.register('alternatingUsers');
      const secret = await house.secret({ masterarn: await house.rawSecret(managed()) });

      const { error } = await house.rotate(secret, arn);

      expect(error).toMatchObject({
        errorType: 'InvalidSecretError',
        errorMessage: expect.stringContaining('no tag that names an RDS instance'),
      });
    });

    it('of the primary is taken for a replica, when RDS proves that it is one', async () => {
      const arn = house.register('alternatingUsers');
      sandbox.rds.tell({
        instances: [
          {
            DBInstanceIdentifier: 'localhost',
            Engine: 'postgres',
            Endpoint: { Address: 'localhost', Port: port },
            ReadReplicaDBInstanceIdentifiers: ['127'],
          },
          {
            DBInstanceIdentifier: '127',
            Engine: 'postgres',
            Endpoint: { Address: '127.0.0.1', Port: port },
            ReadReplicaSourceDBInstanceIdentifier: 'localhost',
          },
        ],
      });
      const secret = await house.secret({ host: '127.0.0.1' });

      const { error } = await house.rotate(secret, arn);

      expect(error).toBeUndefined();
      expect((await house.value(secret)).host).toBe('127.0.0.1');
    });

    it.each([
      ['another host, which RDS does not relate', { host: '127.0.0.1' }],
      ['another port', { port: port + 1 }],
    ])('for %s is never used', async (_what, fields: { host?: string; port?: number }) => {
      sandbox.rds.reset();
      const arn = house.register('alternatingUsers');
      const secret = await house.secret(fields.host ? fields : {});
      if (fields.port) {
        const other = await house.rawSecret(JSON.stringify({ ...server.superuser, ...fields }));
        await house.put(secret, { ...(await house.value(secret)), masterarn: other });
      }
      const before = await house.value(secret);

      const { error } = await house.rotate(secret, arn);

      expect(error?.errorType).toBe('TargetMismatchError');
      expect(await house.value(secret)).toEqual(before);
      expect(await house.opens(before)).toBe(true);
      const roles = await server.sql('SELECT 1 FROM pg_roles WHERE rolname = $1', [`${before.username}_clone`]);
      expect(roles).toEqual([]);
    });

    it('that does not exist is named in the error', async () => {
      const arn = house.register('alternatingUsers');
      const secret = await house.secret({ masterarn: 'no/such/secret' });

      const { error } = await house.rotate(secret, arn);

      expect(error).toMatchObject({
        errorType: 'InvalidSecretError',
        errorMessage: expect.stringContaining('no/such/secret'),
      });
    });

    it('whose password is wrong is named as the cause, not the rotated secret', async () => {
      const arn = house.register('alternatingUsers');
      const wrong = await house.rawSecret(JSON.stringify({ ...server.superuser, password: 'not-the-password' }));
      const secret = await house.secret({ masterarn: wrong });

      const { error } = await house.rotate(secret, arn);

      expect(error).toMatchObject({ errorType: 'PermissionError', errorMessage: expect.stringContaining('masterarn') });
      expect(error?.errorMessage).not.toContain('not-the-password');
    });
  });
});
