/** The packaged functions on a real standby and its primary. RDS, which proves the relation, is the sandbox's. */
import pg from 'pg';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { rotationSteps } from '../../shared/rotation/strategy.ts';
import { packaged } from '../support/packaged.ts';
import { startStandby } from '../support/postgres-standby.ts';

const house = await packaged();
const { sandbox, server } = house;
const standby = await startStandby(server.running);
afterAll(async () => {
  await standby.stop();
  await house.close();
});
beforeEach(() => {
  sandbox.rds.tell({
    instances: [
      { DBInstanceIdentifier: 'localhost', Endpoint: { Address: 'localhost', Port: server.running.port } },
      {
        DBInstanceIdentifier: '127',
        Endpoint: { Address: '127.0.0.1', Port: standby.port },
        ReadReplicaSourceDBInstanceIdentifier: 'localhost',
      },
    ],
  });
});

/** A secret whose host is the standby; its superuser secret names the primary. */
const replicaSecret = async () => {
  const secret = await house.secret({ host: '127.0.0.1', port: standby.port });
  await standby.caughtUp();
  return secret;
};
const opensOnStandby = async ({ username, password }: Record<string, unknown>) => {
  const client = new pg.Client({
    host: '127.0.0.1',
    port: standby.port,
    user: String(username),
    password: String(password),
    database: 'postgres',
    ssl: { ca: standby.ca },
  });
  return client.connect().then(
    () => client.end().then(() => true),
    (error) => {
      if (error.code === '28P01') return false;
      throw error;
    },
  );
};
const hasRole = async (name: string) =>
  (await server.sql('SELECT 1 FROM pg_roles WHERE rolname = $1', [name])).length === 1;

describe('a secret whose host is a standby', () => {
  it('is refused as READ_ONLY by single user, and nothing is changed', async () => {
    const arn = house.register('singleUser');
    const secret = await replicaSecret();
    const before = await house.value(secret);

    const { error } = await house.rotate(secret, arn);

    expect(error).toMatchObject({
      errorType: 'PermissionError',
      errorMessage: expect.stringContaining('endpoint of the primary'),
    });
    expect(house.messages(secret)[0]?.body).toMatchObject({ outcome: 'failed', error: { code: 'READ_ONLY' } });
    expect(await house.value(secret)).toEqual(before);
    await standby.caughtUp();
    expect([await house.opens(before), await opensOnStandby(before)]).toEqual([true, true]);
  });

  it('is rotated by alternating users, turn after turn, through the superuser of the primary', async () => {
    const arn = house.register('alternatingUsers');
    const secret = await replicaSecret();
    const names: unknown[] = [];

    for (let turn = 0; turn < 2; turn++) {
      expect((await house.rotate(secret, arn)).error).toBeUndefined();
      const [current, previous] = [await house.value(secret), await house.value(secret, 'AWSPREVIOUS')];
      names.push(current.username);
      expect([current.host, current.port]).toEqual(['127.0.0.1', standby.port]);
      expect([await opensOnStandby(current), await opensOnStandby(previous)]).toEqual([true, true]);
    }

    expect(names).toEqual([`${names[1]}_clone`, names[1]]);
  });

  it('is promoted only when the standby has replayed the change', async () => {
    const arn = house.register('alternatingUsers');
    const secret = await replicaSecret();
    const before = await house.value(secret);
    await standby.pauseReplay();

    const rotating = house.rotate(secret, arn);
    await expect.poll(() => hasRole(`${before.username}_clone`)).toBe(true);
    const meanwhile = await house.value(secret);
    await standby.resumeReplay();
    const { error, token } = await rotating;

    expect(meanwhile).toEqual(before);
    expect(error).toBeUndefined();
    expect((await house.labels(secret)).AWSCURRENT).toBe(token);
    expect(await opensOnStandby(await house.value(secret))).toBe(true);
  });

  it('stays as it was when the standby does not catch up, and rotates when it has', async () => {
    const arn = house.register('alternatingUsers');
    const secret = await replicaSecret();
    const before = await house.value(secret);
    await standby.pauseReplay();

    const { error, token } = await house.rotate(secret, arn);
    const unchanged = [await house.value(secret), await opensOnStandby(before)];
    await standby.resumeReplay();
    await standby.caughtUp();
    for (const Step of rotationSteps) {
      await sandbox.functions.invoke(arn, { Step, SecretId: secret, ClientRequestToken: token });
    }

    expect(error).toMatchObject({
      errorType: 'ServiceError',
      errorMessage: expect.stringContaining('replication lag'),
    });
    expect(unchanged).toEqual([before, true]);
    expect((await house.labels(secret)).AWSCURRENT).toBe(token);
    expect(await opensOnStandby(await house.value(secret))).toBe(true);
  });

  it('is rotated by superuser-set, and the old password is put back when the standby does not catch up', async () => {
    const arn = house.register('superuserSet');
    const secret = await replicaSecret();
    const first = await house.value(secret);
    const rotated = await house.rotate(secret, arn);
    const second = await house.value(secret);
    const opened = [await opensOnStandby(first), await opensOnStandby(second)];
    await standby.pauseReplay();

    const failed = await house.rotate(secret, arn);
    const onPrimary = await house.opens(second);
    await standby.resumeReplay();
    await standby.caughtUp();

    expect([rotated.error, opened]).toEqual([undefined, [false, true]]);
    expect(failed.error).toMatchObject({ errorType: 'ServiceError' });
    expect(await house.value(secret)).toEqual(second);
    expect([onPrimary, await opensOnStandby(second)]).toEqual([true, true]);
  });

  it('is refused when RDS does not prove that the superuser is on its primary', async () => {
    sandbox.rds.tell({
      instances: [
        { DBInstanceIdentifier: 'localhost', Endpoint: { Address: 'localhost', Port: server.running.port } },
        { DBInstanceIdentifier: '127', Endpoint: { Address: '127.0.0.1', Port: standby.port } },
      ],
    });
    const arn = house.register('alternatingUsers');
    const secret = await replicaSecret();
    const before = await house.value(secret);

    const { error } = await house.rotate(secret, arn);

    expect(error).toMatchObject({ errorType: 'TargetMismatchError' });
    expect(await house.value(secret)).toEqual(before);
    expect(await hasRole(`${before.username}_clone`)).toBe(false);
  });
});
