/** What the stand-in cannot play: roles, SYSLOG ACCESS and SESSION TIMEOUT, on a double that keeps just those. */
import { expect, it } from 'vitest';
import type { PairNames } from '../../../../shared/databases/pair.ts';
import type { Connection, Transaction } from '../../../../shared/databases/postgres/connection.ts';
import { cloneUser } from '../../../../shared/databases/redshift/clone-user.ts';
import { privileges } from '../../../../shared/databases/redshift/privileges.ts';
import { stored } from '../../../support/pair-proof.ts';

interface DoubleUser {
  /** Name → may it be passed on. */
  readonly roles: Map<string, boolean>;
  syslogaccess: string;
  sessiontimeout: number;
}

const user = (roles: Record<string, boolean> = {}, syslogaccess = 'RESTRICTED', sessiontimeout = 0): DoubleUser => ({
  roles: new Map(Object.entries(roles)),
  syslogaccess,
  sessiontimeout,
});

/** Answers the engine's questions about these users, and obeys the statements that are written for Redshift only. */
function double(users: Record<string, DoubleUser>, username = 'admin'): Connection & Transaction {
  const obey: [RegExp, (at: DoubleUser, value: string) => void][] = [
    [/^GRANT ROLE "(?<v>\w+)" TO "(?<u>\w+)" WITH ADMIN OPTION$/, (at, v) => at.roles.set(v, true)],
    [/^GRANT ROLE "(?<v>\w+)" TO "(?<u>\w+)"$/, (at, v) => at.roles.set(v, at.roles.get(v) ?? false)],
    [/^REVOKE ROLE "(?<v>\w+)" FROM "(?<u>\w+)"$/, (at, v) => at.roles.delete(v)],
    [/^ALTER USER "(?<u>\w+)" SYSLOG ACCESS (?<v>\w+)$/, (at, v) => Object.assign(at, { syslogaccess: v })],
    [/^ALTER USER "(?<u>\w+)" SESSION TIMEOUT (?<v>\d+)$/, (at, v) => Object.assign(at, { sessiontimeout: Number(v) })],
    [/^ALTER USER "(?<u>\w+)" RESET SESSION TIMEOUT(?<v>)$/, (at) => Object.assign(at, { sessiontimeout: 0 })],
    [/^ALTER USER "(?<u>\w+)" PASSWORD '(?<v>md5\w{32})'$/, () => {}],
  ];
  const answer = (text: string, name: string): Record<string, unknown>[] => {
    const found = users[name];
    if (/FROM pg_user WHERE/.test(text))
      return found ? [{ name, usecreatedb: false, usesuper: false, until: null }] : [];
    if (/FROM svv_user_info i LEFT JOIN svv_user_grants g/.test(text)) {
      if (found === undefined) return [];
      const { syslogaccess: syslog_access, sessiontimeout: session_timeout, roles } = found;
      const info = { syslog_access, session_timeout, connection_limit: 'UNLIMITED', external_user_id: null };
      if (roles.size === 0) return [{ ...info, name: null, grantable: null }];
      return [...roles].map(([n, grantable]) => ({ ...info, name: n, grantable }));
    }
    if (/FROM pg_group g/.test(text)) return [{ name: 'rekey_app' }];
    if (/^\s*SELECT/.test(text)) return [];
    for (const [pattern, change] of obey) {
      const { u = '', v = '' } = pattern.exec(text)?.groups ?? {};
      const target = users[u];
      if (target === undefined) continue;
      change(target, v);
      return [];
    }
    throw new Error(`the double does not know: ${text}`);
  };
  const query: Transaction['query'] = async (text) => answer(text, '');
  const ask: Transaction['ask'] = async (texts) => texts.map((text) => answer(text, String(/'(\w+)'/.exec(text)?.[1])));
  const inClear = async () => {};
  return {
    username,
    query,
    ask,
    inClear,
    kept: undefined,
    ping: async () => {},
    pause: async () => {},
    alone: async () => {},
    transaction: (_, work) => work({ username, query, ask, inClear }, {}),
    close: async () => {},
  };
}

const bring = (users: Record<string, DoubleUser>, names: PairNames) =>
  cloneUser(double(users), names, { password: 'Some-password-1', proof: stored('unused') }, async () => {});

it('gives the clone the roles of the base, with the same ADMIN OPTION, and takes the others away', async () => {
  const users = {
    app: user({ reader: false, analyst: true, owner: false }),
    app_clone: user({ reader: true, surplus: false }),
  };

  await bring(users, { from: 'app', to: 'app_clone', base: 'app' });

  expect(users.app_clone.roles).toEqual(users.app.roles);
  expect(await privileges(double(users, 'app_clone'), 'app')).toEqual(
    await privileges(double(users, 'app'), 'app_clone'),
  );
  expect(await privileges(double(users, 'app'), 'app_clone')).toContain('role analyst WITH ADMIN OPTION');
});

it('takes a role from the clone that is in use, once the base has lost it', async () => {
  const users = { app: user({ reader: false }), app_clone: user({ reader: false, lost: true }) };

  await bring(users, { from: 'app_clone', to: 'app', base: 'app' });

  expect([users.app.roles, users.app_clone.roles]).toEqual([
    new Map([['reader', false]]),
    new Map([['reader', false]]),
  ]);
});

it.each([
  ['given', user({}, 'UNRESTRICTED', 600), user()],
  ['taken away', user(), user({}, 'UNRESTRICTED', 600)],
])('SYSLOG ACCESS and SESSION TIMEOUT are %s', async (_what, app, clone) => {
  const users = { app, app_clone: clone };

  await bring(users, { from: 'app', to: 'app_clone', base: 'app' });

  expect(users.app_clone).toEqual(users.app);
});

it.each([
  ['SYSLOG ACCESS UNRESTRICTED', user({ reader: false }, 'UNRESTRICTED')],
  ['SESSION TIMEOUT 600', user({ reader: false }, 'RESTRICTED', 600)],
])('a difference in %s is seen when the two users of a pair are compared', async (line, app) => {
  const users = { app, app_clone: user({ reader: false }) };

  const lines = await privileges(double(users, 'app'), 'app_clone');

  expect(lines).toContain(`attribute ${line}`);
  expect(lines).not.toEqual(await privileges(double(users, 'app_clone'), 'app'));
});
