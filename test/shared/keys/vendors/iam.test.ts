import { afterEach, describe, expect, it, vi } from 'vitest';
import { type IamDouble, startIam } from '../../../../local/doubles/iam.ts';
import { iamKeys } from '../../../../shared/aws/iam-keys.ts';
import { iamProvider } from '../../../../shared/keys/vendors/iam.ts';
import { describeProvider, HAS_NO_ADMIN } from '../../../conformance/provider.case.ts';
import { HAS_NO_END } from '../../../conformance/provider-life.case.ts';
import { openLabels, step, wholeRotation } from '../../../conformance/rotate.ts';
import { keyWorld } from '../../../support/key-world.ts';
import { byLabel, labelled } from '../../../support/store.ts';

vi.stubEnv('AWS_ACCESS_KEY_ID', 'ASIAROLEOFTHEFUNCTIO');
vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'of the role');
vi.stubEnv('AWS_SESSION_TOKEN', 'of the role');
vi.stubEnv('AWS_REGION', 'eu-west-1');

const iam = iamProvider(iamKeys);
describeProvider({
  provider: iam,
  start: startIam,
  skip: [HAS_NO_ADMIN, HAS_NO_END],
  together: ['access_key_id', 'secret_access_key'],
});

describe('IAM', () => {
  let double: IamDouble;
  const start = async (given = {}) => {
    double = await startIam();
    return keyWorld(iam, double, given);
  };
  const minutesAfter = (key: { createdAt: Date } | undefined, minutes: number) =>
    new Date((key?.createdAt.getTime() ?? 0) + minutes * 60_000);
  afterEach(() => double.close());

  it('makes a key inactive before it deletes it', async () => {
    const world = await start();
    await wholeRotation(world);

    await wholeRotation(world);

    const changes = double.operations.filter((name) => /^(Create|Update|Delete)/.test(name));
    expect(changes).toEqual(['CreateAccessKey', 'UpdateAccessKey', 'DeleteAccessKey', 'CreateAccessKey']);
  });

  it.each([
    ['NoSuchEntity', 404, 'AWSCURRENT'],
    ['AccessDenied', 403, undefined],
  ])('takes %s about the last use of a key for what it is', async (code, status, promoted) => {
    const world = await start();
    const { AWSCURRENT: before } = await byLabel(world.store);
    double.refusals.set('GetAccessKeyLastUsed', { status, code });

    const rotated = await wholeRotation(world).then(
      () => 'AWSCURRENT',
      () => undefined,
    );

    expect(rotated).toBe(promoted);
    expect((await byLabel(world.store)).AWSCURRENT === before).toBe(promoted === undefined);
  });

  it('lets every copy of id and key follow', async () => {
    const world = await start();
    const first = await labelled(world.store, 'AWSCURRENT');
    const { access_key_id: id, secret_access_key: key } = first as Record<string, string>;
    const profile = Buffer.from(`${id}:${key}`).toString('base64');
    await world.store.putCurrent(
      JSON.stringify({ ...first, env: { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: key }, profile }),
    );

    await wholeRotation(world);

    const value = (await labelled(world.store, 'AWSCURRENT')) as Record<string, string>;
    expect(value.secret_access_key).not.toBe(key);
    expect(value.env).toEqual({
      AWS_ACCESS_KEY_ID: value.access_key_id,
      AWS_SECRET_ACCESS_KEY: value.secret_access_key,
    });
    const { access_key_id, secret_access_key } = value;
    expect(Buffer.from(value.profile ?? '', 'base64').toString()).toBe(`${access_key_id}:${secret_access_key}`);
  });

  it('makes no key when a copy of the current one could not follow', async () => {
    const world = await start();
    const first = (await labelled(world.store, 'AWSCURRENT')) as Record<string, string>;
    await world.store.putCurrent(JSON.stringify({ ...first, shell: `export KEY=${first.secret_access_key}` }));

    const rotated = wholeRotation(world);

    await expect(rotated).rejects.toMatchObject({
      code: 'INVALID_SECRET',
      message: expect.stringContaining('field shell holds'),
    });
    await expect(rotated).rejects.not.toThrow(first.secret_access_key);
    expect(double.operations).not.toContain('CreateAccessKey');
  });

  it('says which service used the previous key, and where', async () => {
    const world = await start();
    await wholeRotation(world);
    double.use?.((await labelled(world.store, 'AWSPREVIOUS')) ?? {});

    const rotated = wholeRotation(world);

    await expect(rotated).rejects.toMatchObject({
      code: 'KEY_IN_USE',
      message: expect.stringContaining('by s3 in eu-west-1'),
    });
  });

  it('replaces the key of an abandoned rotation, which nothing but the rotation has used', async () => {
    const world = await start();
    await wholeRotation(world);
    const token = await world.store.begin();
    await step(world, token, 'createSecret');
    const abandoned = [...double.keys.values()].at(-1);
    if (abandoned !== undefined)
      abandoned.used = { at: minutesAfter(abandoned, 1), service: 'sts', region: 'eu-west-1' };
    await world.store.abandon();

    await wholeRotation(world);

    expect(double.keys.has(abandoned?.id ?? '')).toBe(false);
    expect(await openLabels(world)).toContain('AWSCURRENT');
  });

  it.each([
    ['by another service', 1, 's3'],
    ['by STS later than any rotation', 60, 'sts'],
  ])('leaves a key alone that somebody made and used %s', async (_how, minutes, service) => {
    const world = await start();
    double.fill?.();
    const foreign = [...double.keys.values()].at(-1);
    if (foreign !== undefined) foreign.used = { at: minutesAfter(foreign, minutes), service, region: 'eu-west-1' };

    const rotated = wholeRotation(world);

    await expect(rotated).rejects.toMatchObject({
      code: 'KEY_LIMIT',
      hint: expect.stringContaining('--user-name deployer'),
    });
    expect(double.keys.has(foreign?.id ?? '')).toBe(true);
  });

  it('makes no key for a user whose key is not in the secret', async () => {
    const world = await start();
    const admin = double.addUser('administrator');
    const guess = { user_name: 'administrator', access_key_id: admin.id, secret_access_key: 'guessed' };
    await world.store.putCurrent(JSON.stringify(guess));

    const rotated = wholeRotation(world);

    await expect(rotated).rejects.toMatchObject({ code: 'AUTHENTICATION_REFUSED' });
    expect([...double.keys.values()].filter(({ user }) => user === 'administrator')).toHaveLength(1);
  });

  it('makes no key for another user than the one whose key is in the secret', async () => {
    const world = await start();
    double.addUser('administrator');
    await world.store.putCurrent(JSON.stringify({ ...double.first, user_name: 'administrator' }));

    const rotated = wholeRotation(world);

    await expect(rotated).rejects.toMatchObject({ code: 'TARGET_MISMATCH' });
    expect([...double.keys.values()].filter(({ user }) => user === 'administrator')).toHaveLength(1);
  });

  it.each(['nobody', 'Deployer', 'ci/deployer', '/ci/deployer', 'arn:aws:iam::123456789012:user/ci/deployer'])(
    'names the user that IAM does not have, %s, and how a name is written',
    async (user_name) => {
      const world = await start();
      const before = double.keys.size;
      await world.store.putCurrent(JSON.stringify({ ...double.first, user_name }));

      const rotated = wholeRotation(world);

      await expect(rotated).rejects.toMatchObject({
        code: 'INVALID_SECRET',
        fact: `IAM has no user ${user_name}`,
        hint: expect.stringContaining('without its path, no ARN'),
      });
      expect(double.keys.size).toBe(before);
    },
  );

  it.each([
    ['AccessDenied', 403, 'ACCESS_DENIED'],
    ['Throttling', 400, 'THROTTLED'],
    ['ServiceFailure', 500, 'SERVICE_FAILED'],
  ])('tells %s of IAM by its code', async (code, status, expected) => {
    const world = await start();
    double.refusals.set('CreateAccessKey', { status, code });

    const rotated = wholeRotation(world);

    await expect(rotated).rejects.toMatchObject({ code: expected });
    expect(await openLabels(world)).toEqual(['AWSCURRENT']);
  });

  it('asks for a key once in a try, since a repeat might make a second one', async () => {
    const world = await start();
    double.refusals.set('CreateAccessKey', { status: 500, code: 'ServiceFailure' });

    await wholeRotation(world).catch(() => undefined);

    expect(double.operations.filter((name) => name === 'CreateAccessKey')).toHaveLength(1);
  });

  it('takes a key that the account may not use as STS for a right, not for a dead key', async () => {
    const world = await start();
    const token = await world.store.begin();
    await step(world, token, 'createSecret');
    double.refusals.set('GetCallerIdentity', { status: 403, code: 'AccessDenied' });

    const tested = step(world, token, 'testSecret');

    await expect(tested).rejects.toMatchObject({ name: 'PermissionError' });
  });

  it('lets the second of two deliveries fail rather than take the key of the first', async () => {
    const world = await start({ timeLimitMs: 30_000 });
    const token = await world.store.begin();

    await Promise.allSettled([step(world, token, 'createSecret'), step(world, token, 'createSecret')]);

    expect(double.keys.size).toBe(2);
    expect(await openLabels(world)).toEqual(['AWSCURRENT', 'AWSPENDING']);
    expect((await byLabel(world.store)).AWSPENDING).toBe(token);
  });
});
