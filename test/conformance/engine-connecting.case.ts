/** The engine suite, part one: reaching the server, or saying why not. */
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import tls from 'node:tls';
import { describe, expect, vi } from 'vitest';
import { databaseSecretSchema } from '../../shared/databases/secret.ts';
import { droppingHost } from '../support/dropping-host.ts';
import { deadPort, silentServer } from '../support/sockets.ts';
import type { EngineKit } from './engine-kit.ts';

export function describeConnecting({ engine, server, ctx, fresh, test, opens }: EngineKit): void {
  describe(`engine ${engine.name}: connecting`, () => {
    test('opens for the right password, and leaves no session open', async () => {
      const login = await fresh();

      const session = await engine.connect(login, ctx);
      await session.ping();
      await session.close();

      await expect.poll(() => server.openSessions()).toBe(0);
    });

    test('opens for a secret whose host ends in a dot: the resolver is asked for it so, and TLS has it without', async () => {
      const { tls, ...login } = await fresh();
      const text = JSON.stringify({ ...login, ssl: tls, host: `${login.host}.` });

      const value = databaseSecretSchema({ accepts: engine.accepts }).parse(text, 'the secret');

      const { asked, served, undo } = listening();
      const opened = await opens(value).finally(undo);

      expect(opened).toBe(true);
      expect(asked.filter((name) => name !== `${login.host}.`)).toEqual([]);
      expect(served.filter((name) => name.endsWith('.'))).toEqual([]);
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
      const started = performance.now();

      const there = { ...login, host: '127.0.0.1', port: silent.port };
      const refused = await engine.connect(there, { ...ctx, awake: true }).catch((e) => e);
      const took = performance.now() - started;
      silent.close();

      expect(took).toBeLessThan(9_000);
      expect(refused).toMatchObject({
        name: 'UnreachableError',
        code: 'UNREACHABLE_LOGIN',
        fact: expect.stringContaining(`127.0.0.1:${silent.port}`),
      });
      expect(refused.fact).toMatch(/phase (tls|login)/);
      expect(refused.message).not.toMatch(/"ssl"|plain/);
    });

    test('gives up on a host that drops packets, in seconds', async () => {
      const login = await fresh();
      const dropping = await droppingHost();
      const started = performance.now();

      const there = { ...login, host: dropping.host, port: dropping.port };
      const refused = await engine.connect(there, { ...ctx, awake: true }).catch((e) => e);
      const took = performance.now() - started;
      await dropping.close();

      expect(refused).toMatchObject({
        name: 'UnreachableError',
        code: 'UNREACHABLE_TCP',
        fact: expect.stringMatching(`127.0.0.1:${dropping.port} .*no answer in time, phase tcp`),
      });
      expect(took).toBeLessThan(6_500);
    });

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

    test('tells that time is up where it was before the connection began, whatever is wrong with the way', async () => {
      const login = await fresh();

      const refused = engine.connect({ ...login, port: await deadPort() }, { ...ctx, signal: AbortSignal.abort() });

      await expect(refused).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    });

    test('throws from every member of a session once the signal aborts', async () => {
      const login = await fresh();
      const abort = new AbortController();
      const session = await engine.connect(login, { ...ctx, signal: abort.signal });

      const waiting = session.ping();
      abort.abort();

      // What the server was asked already ends, too, and does not wait for an answer that may never come.
      await expect(waiting).rejects.toMatchObject({ name: 'DeadlineError' });
      await expect(session.ping()).rejects.toMatchObject({ name: 'DeadlineError' });
      await expect(session.setPassword(login.username, 'x')).rejects.toMatchObject({ name: 'DeadlineError' });
      await session.close();
      expect(await opens(login)).toBe(true);
    });
  });
}

/** Which names are looked up, with an answer where the machine's own resolver has none for a dot at the end; and told to servers. */
function listening() {
  const asked: string[] = [];
  const served: string[] = [];
  const { lookup } = dns;
  const { connect } = tls;
  const spies = [
    vi.spyOn(dns, 'lookup').mockImplementation(((name: string, ...rest: unknown[]) => {
      asked.push(name);
      return Reflect.apply(lookup, dns, [name.replace(/\.$/, ''), ...rest]);
    }) as never),
    vi.spyOn(tls, 'connect').mockImplementation(((options: tls.ConnectionOptions, ...rest: unknown[]) => {
      served.push(options.servername ?? '');
      return Reflect.apply(connect, tls, [options, ...rest]);
    }) as never),
  ];
  syncBuiltinESMExports();
  const undo = () => {
    for (const spy of spies) spy.mockRestore();
    syncBuiltinESMExports();
  };
  return { asked, served, undo };
}
