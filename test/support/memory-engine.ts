/** A database engine in memory: the reference that the suites are checked by, on every commit. */
import type { DatabaseEngine } from '../../shared/engines/engine.ts';
import {
  AuthenticationError,
  InvalidSecretError,
  PermissionError,
  UnreachableError,
} from '../../shared/rotation/errors.ts';
import { portOf } from '../../shared/secrets/database-secret.ts';

export interface MemoryServer {
  readonly host: string;
  readonly port: number;
  /** `second` works beside `password`. */
  readonly users: Map<string, { password: string; second?: string; rights: Set<string>; superuser?: boolean }>;
  /** Passwords with which the driver of this engine makes no login. */
  readonly unsupported: Set<string>;
  /** Logins that the server refused, by user. */
  readonly refused: string[];
  sessions: number;
}

export function memoryServer(host = 'db.test', port = 5432): MemoryServer {
  return { host, port, users: new Map(), unsupported: new Set(), refused: [], sessions: 0 };
}

export function memoryEngine(...servers: readonly MemoryServer[]): DatabaseEngine {
  const engine: DatabaseEngine = {
    name: 'memory',
    accepts: ['memory'],
    defaults: { port: 5432 },
    password: { maxLength: 64, forbidden: '', excludedByDefault: '\'"' },
    counterpart(username) {
      if (username.endsWith('_clone')) return username.slice(0, -6);
      if (username.length > 57) {
        throw new InvalidSecretError('the user name is too long for a clone', { hint: 'use at most 57 characters' });
      }
      return `${username}_clone`;
    },
    async connect(login, ctx) {
      const server = servers.find(({ host, port }) => host === login.host && port === portOf(login, 5432));
      if (server === undefined || ctx.signal.aborted) {
        throw new UnreachableError(`${login.host} is not there`, { code: 'UNREACHABLE_TCP', hint: 'check the host' });
      }
      if (server.unsupported.has(login.password)) {
        throw new AuthenticationError('no login with this', { code: 'LOGIN_UNSUPPORTED', hint: 'use another driver' });
      }
      const self = server.users.get(login.username);
      if (self === undefined || ![self.password, self.second].includes(login.password)) {
        server.refused.push(login.username);
        throw new AuthenticationError(`${login.host} refused ${login.username}`, { hint: 'check the password' });
      }
      server.sessions++;
      let open = true;
      const existing = (name: string) => {
        const user = server.users.get(name);
        if (user === undefined) throw new InvalidSecretError(`no user ${name}`, { hint: 'create it' });
        return user;
      };
      const allowed = (name: string) => {
        if (self.superuser || name === login.username) return;
        throw new PermissionError(`${login.username} may not change ${name}`, { hint: 'grant it' });
      };
      return {
        proven: { password: login.password },
        ping: async () => {},
        async setPassword(username, password) {
          allowed(username);
          const user = existing(username);
          const before = user.password;
          user.password = password;
          return async () => {
            user.password = before;
          };
        },
        async addPassword(password) {
          self.second = login.password;
          self.password = password;
        },
        async discardOldPassword() {
          if (self.password !== login.password) return false;
          delete self.second;
          return true;
        },
        async cloneUser(from, to, password) {
          allowed(to);
          server.users.set(to, { password, rights: new Set(existing(from).rights) });
        },
        privileges: async () => [...self.rights].sort(),
        async close() {
          if (open) server.sessions--;
          open = false;
        },
      };
    },
  };
  return engine;
}
