/** A database server in memory whose logins take their time, and which knows for how long each user was refused. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseEngine } from '../../shared/databases/engine.ts';
import { memoryEngine, memoryServer } from '../../test/support/memory-engine.ts';

const LOGIN_MS = 30;

export function slowServer() {
  const server = memoryServer();
  const engine = memoryEngine(server);
  const since = new Map<string, number>();
  let longest = 0;
  /** AWSCURRENT opens the user again, by its promotion or because the change was taken back. */
  const opens = (username: string) => {
    longest = Math.max(longest, Date.now() - (since.get(username) ?? Date.now()));
    since.delete(username);
  };
  const slow: DatabaseEngine = {
    ...engine,
    async connect(login, ctx) {
      await sleep(LOGIN_MS);
      const session = await engine.connect(login, ctx);
      return {
        ...session,
        async setPassword(username, ...rest) {
          const takeBack = await session.setPassword(username, ...rest);
          since.set(username, Date.now());
          return async () => {
            await takeBack();
            opens(username);
          };
        },
      };
    },
  };
  return {
    engine: slow,
    opens,
    longestRefusalMs: () => longest,
    passwordOf: (username: string) => server.users.get(username)?.password,
    /** Gives what its secret holds. */
    newUser(username: string) {
      const password = 'the first password';
      server.users.set(username, { password, rights: new Set() });
      return { engine: engine.name, host: server.host, port: server.port, username, password };
    },
  };
}
