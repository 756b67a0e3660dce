import { describe, expect, test } from 'vitest';
import { id, sandbox } from './sandbox.ts';

describe('reads that lag behind writes', () => {
  test('see the state before the latest write as often as they were told to', async () => {
    const { call, faults } = sandbox();
    await call('CreateSecret', { Name: 'a', SecretString: 'one' });
    faults.staleReads = 2;
    await call('PutSecretValue', { SecretId: 'a', SecretString: 'two' });

    const read = async () => (await call('GetSecretValue', { SecretId: 'a' })).SecretString;

    expect([await read(), await read(), await read()]).toEqual(['one', 'one', 'two']);
  });

  test('all three kinds of reads lag, and share the count', async () => {
    const { call, faults } = sandbox();
    await call('CreateSecret', { Name: 'a', ClientRequestToken: id('A'), SecretString: 'one' });
    faults.staleReads = 3;
    await call('PutSecretValue', { SecretId: 'a', ClientRequestToken: id('B'), SecretString: 'two' });

    const described = await call('DescribeSecret', { SecretId: 'a' });
    const listed = await call('ListSecretVersionIds', { SecretId: 'a' });
    const read = await call('GetSecretValue', { SecretId: 'a' });
    const later = await call('DescribeSecret', { SecretId: 'a' });

    expect(described.VersionIdsToStages).toEqual({ [id('A')]: ['AWSCURRENT'] });
    expect(listed.Versions).toHaveLength(1);
    expect(read.VersionId).toBe(id('A'));
    expect(later.VersionIdsToStages).toEqual({ [id('A')]: ['AWSPREVIOUS'], [id('B')]: ['AWSCURRENT'] });
  });

  test('a new secret is not found at first', async () => {
    const { call, faults, refusal } = sandbox();
    faults.staleReads = 1;
    await call('CreateSecret', { Name: 'a', SecretString: 'one' });

    expect(await refusal('GetSecretValue', { SecretId: 'a' })).toMatch(/^ResourceNotFoundException: /);
    expect(await call('GetSecretValue', { SecretId: 'a' })).toMatchObject({ SecretString: 'one' });
  });

  test('writes never work on an old state', async () => {
    const { call, faults, labels } = sandbox();
    await call('CreateSecret', { Name: 'a', ClientRequestToken: id('A'), SecretString: 'one' });
    faults.staleReads = 5;
    for (const letter of 'BC')
      await call('PutSecretValue', { SecretId: 'a', ClientRequestToken: id(letter), SecretString: letter });

    faults.staleReads = 0;

    expect(await labels('a')).toEqual({ [id('A')]: [], [id('B')]: ['AWSPREVIOUS'], [id('C')]: ['AWSCURRENT'] });
  });

  test('the count is of one secret, and a repeated write that changes nothing does not start it', async () => {
    const { call, faults } = sandbox();
    const put = { SecretId: 'a', ClientRequestToken: id('B'), SecretString: 'two' };
    for (const Name of ['a', 'b']) await call('CreateSecret', { Name, SecretString: 'one' });
    await call('PutSecretValue', put);
    faults.staleReads = 1;
    await call('PutSecretValue', put);
    await call('PutSecretValue', { SecretId: 'b', SecretString: 'two' });

    expect(await call('GetSecretValue', { SecretId: 'a' })).toMatchObject({ SecretString: 'two' });
    expect(await call('GetSecretValue', { SecretId: 'b' })).toMatchObject({ SecretString: 'one' });
  });

  test('a rotation function sees its pending version from the first', async () => {
    const { call, faults, rotate, service, steps } = sandbox();
    await call('CreateSecret', { Name: 'a', ClientRequestToken: id('A'), SecretString: 'one' });
    faults.staleReads = 1;
    let seen: unknown;
    steps.createSecret = async ({ SecretId }) => {
      seen = (await call('DescribeSecret', { SecretId })).VersionIdsToStages;
    };

    await rotate('a', { ClientRequestToken: id('B') });
    await service.idle();

    expect(seen).toEqual({ [id('A')]: ['AWSCURRENT'], [id('B')]: ['AWSPENDING'] });
  });
});
