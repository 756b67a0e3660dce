/** The packaged functions of dist/mysql/ or dist/mariadb/, end to end: real processes, a real server, the sandbox's services. */
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { availableMariadb } from '../../local/servers/mariadb/server.ts';
import { availableMysql } from '../../local/servers/mysql/server.ts';
import { realMariadb, realMysql } from './mysql-server.ts';
import { type Kind, packagedOn } from './packaged.ts';
import { unavailable } from './servers.ts';

export async function describePackagedMysql(bundle: 'mysql' | 'mariadb'): Promise<void> {
  const onMysql = bundle === 'mysql';
  if ((onMysql ? availableMysql() : availableMariadb()) === undefined) {
    const reason = unavailable({ engine: bundle, reason: 'not installed: npm run servers' });
    it.skip(`dist/${bundle}: ${reason}`, () => {});
    return;
  }
  const server = await (onMysql ? realMysql() : realMariadb());
  const house = await packagedOn(bundle, server, (value) =>
    server.opens({ username: String(value.username), password: String(value.password) }),
  );
  const { sandbox } = house;
  afterAll(() => house.close());
  beforeEach(() => sandbox.faults.clear());
  const callsOf = (arn: string) =>
    sandbox.requests.filter(({ caller, service }) => caller === arn.split(':').at(-1) && service === 'secretsmanager');
  const refusedLogins = async () => (await server.generalLog()).split('Access denied for user').length - 1;
  const secretOf = async (kind: Kind, fields: Record<string, unknown> = {}) => {
    const secret = await house.secret(fields);
    const { username } = await house.value(secret);
    if (kind === 'dualPassword') await server.sql('GRANT APPLICATION_PASSWORD_ADMIN ON *.* TO ?', [username]);
    return secret;
  };

  const kinds: (readonly [Kind, calls: number, before: boolean])[] = [
    ['singleUser', 10, false],
    ['alternatingUsers', 11, true],
    ['superuserSet', 11, false],
    ...(onMysql ? ([['dualPassword', 10, true]] as const) : []),
  ];

  describe.each(kinds)(`${bundle}: %s`, (kind, calls, opensBefore) => {
    it(`rotates with ${calls} calls and no refused login, and the previous value ${opensBefore ? 'still opens' : 'does not'}`, async () => {
      const arn = house.register(kind);
      const secret = await secretOf(kind);
      const before = await house.value(secret);
      const refused = await refusedLogins();

      const { token, error } = await house.rotate(secret, arn);

      expect(error).toBeUndefined();
      expect(await refusedLogins()).toBe(refused);
      expect(await house.labels(secret)).toMatchObject({ AWSCURRENT: token });
      expect([await house.opens(before), await house.opens(await house.value(secret))]).toEqual([opensBefore, true]);
      expect(callsOf(arn)).toHaveLength(calls);
      expect(house.messages(secret).map(({ body }) => [body.outcome, body.engine])).toEqual([['succeeded', bundle]]);
    });

    it.each(['setSecret', 'finishSecret'])('ends quietly when %s is delivered twice at once', async (step) => {
      const arn = house.register(kind);
      const secret = await secretOf(kind);
      sandbox.faults.deliverStepTwice(step);

      const { token, error } = await house.rotate(secret, arn);

      expect(error).toBeUndefined();
      expect(await house.labels(secret)).toMatchObject({ AWSCURRENT: token });
      expect(await house.opens(await house.value(secret))).toBe(true);
    });
  });

  it.each([
    ["o'brien packaged"],
    ['Weird "Name" packaged'],
    ['пользователь packaged'],
    ['50%off'],
    ['x'.repeat(onMysql ? 26 : 74)],
  ])('rotates a user named %s both ways, with every printable character in the password', async (username) => {
    const settings = { EXCLUDE_CHARACTERS: '', PASSWORD_LENGTH: '128' };
    await server.createUser(username, 'first password');
    const secret = await house.secret({ username });

    const own = await house.rotate(secret, house.register('singleUser', settings));
    const pair = await house.rotate(secret, house.register('alternatingUsers', settings));

    expect([own.error, pair.error]).toEqual([undefined, undefined]);
    const value = await house.value(secret);
    expect(value).toMatchObject({ username: `${username}_clone`, password: expect.stringMatching(/^.{128}$/su) });
    expect(await house.opens(value)).toBe(true);
  });

  it('refuses a user name that has no room for _clone, before anything is changed', async () => {
    const username = 'y'.repeat(onMysql ? 27 : 75);
    await server.createUser(username, 'first password');
    const secret = await house.secret({ username });
    const before = await house.value(secret);

    const { error } = await house.rotate(secret, house.register('alternatingUsers'));

    expect(error).toMatchObject({ errorType: 'InvalidSecretError' });
    expect(error?.errorMessage).toContain(`${onMysql ? 26 : 74} characters`);
    expect(await house.value(secret)).toEqual(before);
  });

  it('no new password is in the general log of the server, whatever the strategy', async () => {
    const values: Record<string, unknown>[] = [];
    for (const [kind] of kinds) {
      const secret = await secretOf(kind);
      values.push(await house.value(secret));
      await house.rotate(secret, house.register(kind));
      values.push(await house.value(secret));
    }

    const log = await server.generalLog();

    // The first password is that of every test here, and its statement came from the test.
    const fresh = values.map(({ password }) => String(password)).filter((password) => password !== 'first password');
    expect(fresh).toHaveLength(kinds.length);
    for (const password of fresh) expect(log).not.toContain(password);
  });

  if (onMysql) {
    it('rotates an account that one refused login would lock', async () => {
      const secret = await house.secret();
      const { username } = await house.value(secret);
      await server.sql('ALTER USER ? FAILED_LOGIN_ATTEMPTS 1 PASSWORD_LOCK_TIME UNBOUNDED', [username]);

      const first = await house.rotate(secret, house.register('singleUser'));
      const second = await house.rotate(secret, house.register('alternatingUsers'));

      expect([first.error, second.error]).toEqual([undefined, undefined]);
      expect(await house.opens(await house.value(secret))).toBe(true);
    });

    it('takes the engine aurora-mysql', async () => {
      const secret = await house.secret({ engine: 'aurora-mysql' });

      expect((await house.rotate(secret, house.register('singleUser'))).error).toBeUndefined();
    });
  }
}
