/** What the server refuses a user for what it asked, played by the stand-in: a password, a right. */
import { expect, it } from 'vitest';
import { documentdb } from '../../../../shared/databases/documentdb/documentdb.ts';
import { stored } from '../../../support/pair-proof.ts';
import { adminOf, standIns } from './documentdb-kit.ts';

const standIn = standIns();

it.each([
  ['too short', 'seven77'],
  ['too long', 'a'.repeat(101)],
  ['with a slash', 'first/password'],
  ['beyond ASCII', 'first-passwörd'],
])('a password %s is refused for its form, to a user and to a clone, and nothing changes', async (_what, wrong) => {
  const { one, login, context } = await standIn({ amazon: true });
  const app = { ...login, username: 'app', password: 'first-password' };
  await adminOf(one)({ createUser: 'app', pwd: app.password, roles: [] });
  const own = await documentdb.connect(app, context);
  const root = await documentdb.connect(login, context);
  const refused = [
    await own.setPassword('app', wrong).catch((error) => error),
    await root.cloneUser('app', 'app_clone', wrong, stored(app.password)).catch((error) => error),
  ];
  await own.close();
  await root.close();

  for (const error of refused) {
    expect(error).toMatchObject({ code: 'PASSWORD_REFUSED', name: 'ConfigurationError', retryable: false });
    expect(`${error.message} ${error.hint}`).not.toContain(wrong);
  }
  await (await documentdb.connect(app, context)).close();
  expect((await adminOf(one)({ usersInfo: 'app_clone' })).users).toEqual([]);
});

it('a right that lacks is told as what gives it: to users, and to who administers them', async () => {
  const { one, login, context } = await standIn({});
  const admin = adminOf(one);
  const odd = 'ap"p';
  for (const user of [odd, 'rotator']) await admin({ createUser: user, pwd: 'first-password', roles: [] });
  const refusal = async (username: string, whose: string) => {
    const session = await documentdb.connect({ ...login, username, password: 'first-password' }, context);
    const error = await session.setPassword(whose, 'second-password').catch((thrown) => thrown);
    await session.close();
    return error;
  };

  const [own, others] = [await refusal(odd, odd), await refusal('rotator', odd)];

  const db = 'db.getSiblingDB("admin")';
  expect(own).toMatchObject({ code: 'PERMISSION_DENIED', hint: expect.stringContaining('superuser-set') });
  expect(own.hint).toContain(
    `${db}.createRole({"role":"changesOwnPassword","privileges":[{"resource":{"db":"admin","collection":""},"actions":["changeOwnPassword"]}],"roles":[]}); ${db}.grantRolesToUser("ap\\"p", [{"role":"changesOwnPassword","db":"admin"}])`,
  );
  expect(others.code).toBe('PERMISSION_DENIED');
  expect(others.hint).toMatch(/mongosh: db[^;]*$/);
  expect(others.hint).toContain(`${db}.grantRolesToUser("rotator", [{"role":"userAdminAnyDatabase","db":"admin"}])`);
});
