/** What must hold for every database engine. Run by test/shared/engines/*.test.ts, on real servers where there are any. */
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { DatabaseEngine } from '../../shared/engines/engine.ts';
import type { DatabaseSecret } from '../../shared/secrets/database-secret.ts';
import { generatePassword } from '../../shared/secrets/password.ts';
import { passwordSettings, type TestContext } from '../support/context.ts';
import { droppingHost } from '../support/dropping-host.ts';
import { deadPort, silentServer } from '../support/sockets.ts';

/** A running server, and what an administrator does on it. */
export interface EngineServer {
  /** The value of a secret for this user. */
  login(username: string, password: string): DatabaseSecret;
  readonly superuser: DatabaseSecret;
  readonly context: TestContext;
  createUser(name: string, password: string): Promise<void>;
  /** Gives, or takes, one right by name. */
  grant(name: string): Promise<void>;
  revoke(name: string): Promise<void>;
  /** Does that right work for this login? */
  mayUse(login: DatabaseSecret): Promise<boolean>;
  openSessions(): Promise<number>;
}

export interface EngineSuite {
  readonly engine: DatabaseEngine;
  readonly server: EngineServer;
  /** Names of tests of this suite that do not hold here, and why. A name that does not exist fails. */
  readonly skip?: readonly { readonly test: string; readonly reason: string }[];
}

const names = [
  'MixedCase',
  'with space',
  "o'brien",
  'Weird "Name"',
  'select',
  'пользователь',
  '50%off',
  'a;b--c',
  'back\\slash',
];
const punctuation = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~ ';

export function describeEngine({ engine, server, skip = [] }: EngineSuite): void {
  const { context: ctx } = server;
  const unused = new Set(skip.map(({ test }) => test));
  let serial = 0;
  const fresh = async (password = 'first password') => {
    const name = `engine_user${++serial}`;
    await server.createUser(name, password);
    return server.login(name, password);
  };
  const test = (name: string, body: () => Promise<void>, timeout?: number) => {
    const skipped = skip.find((each) => each.test === name);
    unused.delete(name);
    if (skipped === undefined) it(name, body, timeout);
    else it.skip(`${name} (${skipped.reason})`, body);
  };
  const opens = async (login: DatabaseSecret) => {
    const session = await engine.connect(login, ctx).catch((error: Error) => error);
    if (session instanceof Error) {
      if (session.name === 'AuthenticationError') return false;
      throw session;
    }
    await session.ping();
    await session.close();
    return true;
  };

  describe(`engine ${engine.name}: connecting`, () => {
    test('opens for the right password, and leaves no session open', async () => {
      const login = await fresh();

      const session = await engine.connect(login, ctx);
      await session.ping();
      await session.close();

      await expect.poll(() => server.openSessions()).toBe(0);
    });

    test('refuses a wrong password and an unknown user with AuthenticationError', async () => {
      const login = await fresh();

      const wrong = await engine.connect({ ...login, password: 'wrong password' }, ctx).catch((e) => e);
      const unknown = await engine.connect(server.login('nobody_here', 'some password'), ctx).catch((e) => e);

      expect([wrong.name, unknown.name]).toEqual(['AuthenticationError', 'AuthenticationError']);
    });

    test('calls a dead port unreachable', async () => {
      const login = await fresh();

      const refused = engine.connect({ ...login, port: await deadPort() }, ctx);

      await expect(refused).rejects.toMatchObject({ code: 'UNREACHABLE_TCP' });
    });

    test('calls a host that does not resolve unreachable, by name', async () => {
      const login = await fresh();

      const refused = engine.connect({ ...login, host: 'no-such-host.invalid' }, ctx);

      await expect(refused).rejects.toMatchObject({ code: 'UNREACHABLE_DNS' });
    });

    test('gives up on a host that takes the connection and says nothing, in seconds', async () => {
      const login = await fresh();
      const silent = await silentServer();

      const refused = await engine.connect({ ...login, host: '127.0.0.1', port: silent.port }, ctx).catch((e) => e);
      silent.close();

      expect(refused).toMatchObject({
        name: 'UnreachableError',
        fact: expect.stringContaining(`127.0.0.1:${silent.port}`),
      });
      expect(refused.fact).toMatch(/phase (tls|login)/);
    }, 9_000);

    test('gives up on a host that drops packets, in seconds', async () => {
      const login = await fresh();
      const dropping = await droppingHost();
      const started = performance.now();

      const refused = await engine.connect({ ...login, host: dropping.host, port: dropping.port }, ctx).catch((e) => e);
      const took = performance.now() - started;
      await dropping.close();

      expect(refused).toMatchObject({
        name: 'UnreachableError',
        code: 'UNREACHABLE_TCP',
        fact: expect.stringMatching(`127.0.0.1:${dropping.port} .*no answer in time, phase tcp`),
      });
      expect(took).toBeLessThan(6_500);
    }, 12_000);

    test('stops waiting when the signal aborts', async () => {
      const login = await fresh();
      const silent = await silentServer();
      const abort = new AbortController();
      const started = performance.now();
      setTimeout(() => abort.abort(), 50);

      const refused = engine.connect(
        { ...login, host: '127.0.0.1', port: silent.port },
        { ...ctx, signal: abort.signal },
      );

      await expect(refused).rejects.toMatchObject({ name: 'UnreachableError' });
      expect(performance.now() - started).toBeLessThan(3_000);
      silent.close();
    });

    test('throws from every member of a session once the signal aborts', async () => {
      const login = await fresh();
      const abort = new AbortController();
      const session = await engine.connect(login, { ...ctx, signal: abort.signal });

      abort.abort();

      await expect(session.ping()).rejects.toMatchObject({ name: 'DeadlineError' });
      await expect(session.setPassword(login.username, 'x')).rejects.toMatchObject({ name: 'DeadlineError' });
      await session.close();
      expect(await opens(login)).toBe(true);
    });
  });

  describe(`engine ${engine.name}: passwords`, () => {
    test('sets and uses fifty generated passwords, and the longest', async () => {
      const login = await fresh();
      const session = await engine.connect(login, ctx);
      const settings = { ...passwordSettings, excludeCharacters: '' };
      const lengths = [...Array.from({ length: 49 }, () => 32), engine.password.maxLength];
      const refused: string[] = [];

      for (const length of lengths) {
        const password = generatePassword(engine.password, { ...settings, length });
        await session.setPassword(login.username, password);
        if (!(await opens({ ...login, password }))) refused.push(password);
      }
      await session.close();

      expect(refused).toEqual([]);
    }, 30_000);

    test('sets and uses each punctuation character, at either end and alone, and all of printable ASCII at once', async () => {
      const login = await fresh();
      const session = await engine.connect(login, ctx);
      const all = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join('');
      const allowed = [...punctuation].filter((character) => !engine.password.forbidden.includes(character));
      const everything = [...all].filter((character) => !engine.password.forbidden.includes(character)).join('');
      const passwords = [...allowed.map((character) => `${character}aB3${character}`), everything];
      const refused: string[] = [];

      for (const password of passwords) {
        await session.setPassword(login.username, password);
        if (!(await opens({ ...login, password }))) refused.push(password);
      }
      await session.close();

      expect(refused).toEqual([]);
    }, 30_000);

    test('takes passwords beyond Latin-1', async () => {
      const login = await fresh();
      const session = await engine.connect(login, ctx);
      const passwords = ['пароль-密码-🔑', 'ﬁne Ⅸ\u00a0space', 'soft\u00adhyphen'];
      const refused: string[] = [];

      for (const password of passwords) {
        await session.setPassword(login.username, password);
        if (!(await opens({ ...login, password }))) refused.push(password);
      }
      await session.close();

      expect(refused).toEqual([]);
    });

    test('makes the old password stop working, and changes no right', async () => {
      const login = await fresh();
      await server.grant(login.username);
      const session = await engine.connect(login, ctx);
      const before = await session.privileges();

      await session.setPassword(login.username, 'second password');

      expect(await opens(login)).toBe(false);
      expect(await session.privileges()).toEqual(before);
      expect(await server.mayUse({ ...login, password: 'second password' })).toBe(true);
      await session.close();
    });

    for (const name of names) {
      test(`rotates a user named ${name}, and makes its clone`, async () => {
        await server.createUser(name, 'first password');
        const login = server.login(name, 'first password');
        const own = await engine.connect(login, ctx);
        const root = await engine.connect(server.superuser, ctx);

        await own.setPassword(name, 'second password');
        await root.cloneUser(name, engine.counterpart(name), 'clone password');

        expect(await opens({ ...login, password: 'second password' })).toBe(true);
        expect(await opens(server.login(engine.counterpart(name), 'clone password'))).toBe(true);
        await own.close();
        await root.close();
      });
    }

    test('may not change the password of another user, and shows no password when it says so', async () => {
      const login = await fresh();
      const other = await fresh();
      const session = await engine.connect(login, ctx);

      const error = await session.setPassword(other.username, 'sw0rdfish-new').catch((thrown: Error) => thrown);
      await session.close();

      expect(error).toMatchObject({ name: 'PermissionError' });
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('sw0rdfish-new');
      expect(await opens(other)).toBe(true);
    });
  });

  describe(`engine ${engine.name}: pairs of users`, () => {
    const pair = async () => {
      const login = await fresh();
      const other = server.login(engine.counterpart(login.username), 'clone password');
      const root = await engine.connect(server.superuser, ctx);
      return { login, other, root, clone: () => root.cloneUser(login.username, other.username, 'clone password') };
    };
    const privileges = async (login: DatabaseSecret) => {
      const session = await engine.connect(login, ctx);
      const lines = await session.privileges();
      await session.close();
      return lines;
    };

    test('counterpart is its own inverse, and refuses names that would be too long', async () => {
      const clone = engine.counterpart('app');

      expect(clone).not.toBe('app');
      expect(engine.counterpart(clone)).toBe('app');
      expect(() => engine.counterpart('x'.repeat(300))).toThrow(
        expect.objectContaining({ name: 'InvalidSecretError' }),
      );
    });

    test('makes a clone that may do what the user may, and no more', async () => {
      const { login, other, root, clone } = await pair();
      await server.grant(login.username);

      await clone();

      expect(await server.mayUse(other)).toBe(true);
      expect(await privileges(other)).toEqual(await privileges(login));
      await root.close();
    });

    test('brings later grants and revokes to the clone', async () => {
      const { login, other, root, clone } = await pair();
      await clone();
      await server.grant(login.username);
      await clone();
      const granted = await server.mayUse(other);
      await server.revoke(login.username);
      await clone();

      expect([granted, await server.mayUse(other)]).toEqual([true, false]);
      expect(await privileges(other)).toEqual(await privileges(login));
      await root.close();
    });

    test('takes rights from the clone that the user does not have', async () => {
      const { login, other, root, clone } = await pair();
      await clone();
      await server.grant(other.username);

      await clone();

      expect(await server.mayUse(other)).toBe(false);
      expect(await privileges(other)).toEqual(await privileges(login));
      await root.close();
    });

    test('repeating changes only the password', async () => {
      const { login, other, root, clone } = await pair();
      await server.grant(login.username);
      await clone();
      const before = await privileges(other);

      await root.cloneUser(login.username, other.username, 'another password');

      const again = { ...other, password: 'another password' };
      expect([await opens(other), await opens(again)]).toEqual([false, true]);
      expect(await privileges(again)).toEqual(before);
      expect(await opens(login)).toBe(true);
      await root.close();
    });

    test('makes the first user ready again when the clone is in use', async () => {
      const { login, other, root, clone } = await pair();
      await server.grant(login.username);
      await clone();

      await root.cloneUser(other.username, login.username, 'third password');

      const again = { ...login, password: 'third password' };
      expect(await opens(other)).toBe(true);
      expect(await server.mayUse(again)).toBe(true);
      expect(await privileges(again)).toEqual(await privileges(other));
      await root.close();
    });

    test('two sessions may do it at the same moment', async () => {
      const { login, other, root, clone } = await pair();
      const second = await engine.connect(server.superuser, ctx);

      await Promise.all([clone(), second.cloneUser(login.username, other.username, 'clone password')]);

      expect(await opens(other)).toBe(true);
      await root.close();
      await second.close();
    });

    test('an ordinary user may make no clone', async () => {
      const { login, other, root } = await pair();
      const session = await engine.connect(login, ctx);

      const refused = session.cloneUser(login.username, other.username, 'clone password');

      await expect(refused).rejects.toMatchObject({ name: 'PermissionError' });
      expect(await opens(other)).toBe(false);
      await session.close();
      await root.close();
    });
  });

  it(`engine ${engine.name}: every skip names a test that exists`, () => {
    expect([...unused]).toEqual([]);
  });
}
