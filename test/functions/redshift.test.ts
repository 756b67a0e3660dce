/** The packaged functions on a live Redshift, or on its stand-in: test/support/redshift-server.ts says what that can show. */
import { afterAll, describe, expect, it } from 'vitest';
import { packagedOn } from '../support/packaged.ts';
import { testRedshift } from '../support/redshift-server.ts';

const server = await testRedshift();
const house = await packagedOn('redshift', server, ({ username, password }) =>
  server.sqlAs({ username: String(username), password: String(password) }, 'SELECT 1').then(
    () => true,
    (error) => {
      if (error.code === '28P01') return false;
      throw error;
    },
  ),
);
afterAll(() => house.close());

describe.each(['singleUser', 'superuserSet'] as const)('%s', (kind) => {
  it('rotates: the new password opens, the old one does not', async () => {
    const arn = house.register(kind);
    const secret = await house.secret();
    const before = await house.value(secret);

    const { token, error } = await house.rotate(secret, arn);

    expect(error).toBeUndefined();
    expect((await house.labels(secret)).AWSCURRENT).toBe(token);
    expect([await house.opens(before), await house.opens(await house.value(secret))]).toEqual([false, true]);
    expect(house.messages(secret).map(({ body }) => [body.outcome, body.engine])).toEqual([['succeeded', 'redshift']]);
  });
});

describe('alternatingUsers', () => {
  it('rotates turn after turn, with equal rights, and the previous password keeps working', async () => {
    const arn = house.register('alternatingUsers');
    const secret = await house.secret();
    const first = await house.value(secret);
    await server.grant(String(first.username));

    for (let turn = 0; turn < 3; turn++) {
      expect((await house.rotate(secret, arn)).error).toBeUndefined();
      const [current, previous] = [await house.value(secret), await house.value(secret, 'AWSPREVIOUS')];
      expect([await house.opens(current), await house.opens(previous)]).toEqual([true, true]);
      expect(await server.mayUse(server.login(String(current.username), String(current.password)))).toBe(true);
    }
  });

  it('brings rights given to, and taken from, the base user to both, also while the clone is current', async () => {
    const arn = house.register('alternatingUsers');
    const secret = await house.secret();
    const { username } = await house.value(secret);
    const bothMay = async () => {
      const values = [await house.value(secret), await house.value(secret, 'AWSPREVIOUS')];
      return Promise.all(
        values.map((value) => server.mayUse(server.login(String(value.username), String(value.password)))),
      );
    };
    await house.rotate(secret, arn);

    await server.grant(String(username));
    await house.rotate(secret, arn);
    const given = await bothMay();
    await house.rotate(secret, arn);
    await server.revoke(String(username));
    await house.rotate(secret, arn);

    expect([given, await bothMay()]).toEqual([
      [true, true],
      [false, false],
    ]);
  });

  it('leaves a user alone that only has the name of the clone', async () => {
    const arn = house.register('alternatingUsers');
    const secret = await house.secret();
    const { username } = await house.value(secret);
    await server.createUser(`${username}_clone`, 'Somebody-elses-1');

    const { error } = await house.rotate(secret, arn);

    expect(error).toMatchObject({
      errorType: 'TargetMismatchError',
      errorMessage: expect.stringContaining(`ALTER GROUP "rekey_${username}"`),
    });
    expect(await house.opens({ ...server.login(`${username}_clone`, 'Somebody-elses-1') })).toBe(true);
  });

  it("takes over a pair of which AWSPREVIOUS opens the other user, as AWS's template leaves it", async () => {
    const arn = house.register('alternatingUsers');
    const secret = await house.secret();
    const base = await house.value(secret);
    const clone = server.login(`${base.username}_clone`, 'Made-by-template-1');
    await server.createUser(clone.username, clone.password);
    await house.put(secret, { ...base, ...clone });

    const { error } = await house.rotate(secret, arn);

    expect(error).toBeUndefined();
    expect((await house.value(secret)).username).toBe(base.username);
    expect([await house.opens({ ...clone }), await house.opens(await house.value(secret))]).toEqual([true, true]);
  });

  it('never acts for a secret of another host', async () => {
    const arn = house.register('alternatingUsers');
    const secret = await house.secret({ host: '127.0.0.1' });
    const before = await house.value(secret);

    const { error } = await house.rotate(secret, arn);

    expect(error?.errorType).toBe('TargetMismatchError');
    expect(await house.value(secret)).toEqual(before);
  });
});

describe.each(['singleUser', 'alternatingUsers', 'superuserSet'] as const)('%s: a secret that', (kind) => {
  it('names a dead port: nothing is changed, and the superuser never goes there', async () => {
    const arn = house.register(kind);
    const secret = await house.secret({ port: 1 });
    const before = await house.value(secret);

    const { error } = await house.rotate(secret, arn);

    // Superuser-set asks for the superuser first, whose secret names another port.
    expect(error?.errorType).toBe(kind === 'superuserSet' ? 'TargetMismatchError' : 'UnreachableError');
    expect(await house.value(secret)).toEqual(before);
  });

  it.each([
    ['names a database that is not there', { dbname: 'nowhere' }, 'InvalidSecretError', 'database nowhere'],
    ['is of another engine', { engine: 'postgres' }, 'InvalidSecretError', 'field engine'],
    ['has a wrong password', { password: 'Not-the-password-1' }, /AuthenticationError|LockedOutError/, 'hint: '],
  ])('%s', async (_what, fields, type, told) => {
    const arn = house.register(kind);
    const secret = await house.secret(fields);
    const before = await house.value(secret);

    const { error } = await house.rotate(secret, arn);

    expect(error?.errorType).toMatch(type);
    expect(error?.errorMessage).toContain(told);
    expect(error?.errorMessage).not.toContain('Not-the-password-1');
    expect(await house.value(secret)).toEqual(before);
  });
});
