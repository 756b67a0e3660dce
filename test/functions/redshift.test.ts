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
  it('rotates turn after turn, with equal rights, and the password before keeps working', async () => {
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
  it.each([
    ['names a dead port', { port: 1 }, 'UnreachableError', 'phase tcp'],
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
