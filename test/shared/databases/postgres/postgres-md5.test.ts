/** A server from before SCRAM, and one that asks for the password itself. */
import { afterAll, describe, expect, it } from 'vitest';
import { postgres } from '../../../../shared/databases/postgres/postgres.ts';
import type { DatabaseLogin } from '../../../../shared/databases/secret.ts';
import { realPostgres } from '../../../support/postgres-server.ts';

const settings = { password_encryption: 'md5', md5_password_warnings: 'off' };
const servers = {
  md5: await realPostgres({ settings, hba: 'hostssl all all 127.0.0.1/32 md5\n' }),
  password: await realPostgres({ settings, hba: 'hostssl all all 127.0.0.1/32 password\n' }),
};
afterAll(() => Promise.all(Object.values(servers).map((server) => server.stop())));

let serial = 0;
async function world(method: keyof typeof servers) {
  const server = servers[method];
  const username = `app${++serial}`;
  await server.createUser(username, 'first password');
  const login = server.login(username, 'first password');
  const kept = async () =>
    String((await server.sql('SELECT rolpassword FROM pg_authid WHERE rolname = $1', [username]))[0]?.rolpassword);
  const opens = async (value: DatabaseLogin) => (await postgres.connect(value, server.context)).close();
  return { server, login, kept, opens };
}

describe('a server with password_encryption md5', () => {
  it('that let the user in by md5 keeps md5, before and after', async () => {
    const { server, login, kept, opens } = await world('md5');
    const before = await kept();
    const session = await postgres.connect(login, server.context);

    const takeBack = await session.setPassword(login.username, 'second password');
    const after = await kept();
    await opens({ ...login, password: 'second password' });
    await takeBack();
    await session.close();

    expect(after).toMatch(/^md5[0-9a-f]{32}$/);
    expect(after).not.toBe(before);
    expect(await kept()).toBe(before);
  });

  it('that keeps SCRAM of this user goes on to keep it', async () => {
    const { server, login, kept, opens } = await world('md5');
    await server.sql(
      `SET password_encryption = 'scram-sha-256'; ALTER ROLE ${login.username} PASSWORD 'first password'; RESET password_encryption`,
    );
    const before = await kept();
    const session = await postgres.connect(login, server.context);

    const takeBack = await session.setPassword(login.username, 'second password');
    const after = await kept();
    await takeBack();
    await session.close();

    expect([before, after]).toEqual(Array(2).fill(expect.stringMatching(/^SCRAM-SHA-256\$4096:/)));
    expect(await kept()).toBe(before);
    await opens(login);
  });

  it('where the setting is scram-sha-256 by now, a user of md5 gets SCRAM, and its md5 back', async () => {
    const { server, login, kept, opens } = await world('md5');
    const before = await kept();
    await server.sql(`ALTER ROLE ${login.username} SET password_encryption = 'scram-sha-256'`);
    const session = await postgres.connect(login, server.context);

    const takeBack = await session.setPassword(login.username, 'second password');
    const after = await kept();
    await opens({ ...login, password: 'second password' });
    await takeBack();
    await session.close();

    expect(after).toMatch(/^SCRAM-SHA-256\$4096:/);
    expect(await kept()).toBe(before);
    await opens(login);
  });

  it("a login by md5 may be a pooler's: what is put back has another form, for where md5 does not open", async () => {
    const { server, login, kept, opens } = await world('md5');
    await server.sql(`ALTER ROLE ${login.username} SET password_encryption = 'scram-sha-256'`);
    const session = await postgres.connect(login, server.context);

    const takeBack = await session.setPassword(login.username, 'second password');
    await takeBack();
    await takeBack.otherwise?.();
    await session.close();

    expect(await kept()).toMatch(/^SCRAM-SHA-256\$4096:/);
    await opens(login);
  });

  it('that asks for the password itself shows nothing of what it keeps: SCRAM, which lets in whoever knows the password', async () => {
    const { server, login, kept, opens } = await world('password');
    const session = await postgres.connect(login, server.context);

    const takeBack = await session.setPassword(login.username, 'second password');
    await opens({ ...login, password: 'second password' });
    await takeBack();
    await session.close();

    expect(await kept()).toMatch(/^SCRAM-SHA-256\$4096:/);
    await opens(login);
  });
});
