/** A database engine in memory: the reference that the suites are checked by, on every commit. */
import type { DatabaseEngine } from '../../shared/databases/engine.ts';
import { baseOf, counterpartWithin } from '../../shared/databases/names.ts';
import type { PairNames, PairPort, PairUsers } from '../../shared/databases/pair.ts';
import { bringIntoLine, oneByOne, requirePair } from '../../shared/databases/pair.ts';
import { provenByLogin } from '../../shared/databases/proven-by-login.ts';
import {
  AuthenticationError,
  DeadlineError,
  InvalidSecretError,
  PermissionError,
  TargetMismatchError,
  UnreachableError,
} from '../../shared/rotation/errors.ts';
import { sameName } from '../../shared/rotation/same-name.ts';

export interface MemoryUser {
  password: string;
  /** Works beside `password`. */
  second?: string;
  rights: Set<string>;
  readonly superuser?: boolean;
  /** The one that it takes turns with, as far as the server knows. */
  partner?: string;
  /** May have one session at a time. */
  readonly exclusive?: boolean;
}

export interface MemoryServer {
  readonly host: string;
  readonly port: number;
  readonly users: Map<string, MemoryUser>;
  /** Passwords with which the driver of this engine makes no login. */
  readonly unsupported: Set<string>;
  /** Logins that the server refused, by user. */
  readonly refused: string[];
  /** Logins that it took, by user. */
  readonly taken: string[];
  /** Users of the open sessions. */
  readonly open: string[];
  /** Superusers see here which password opens a user. */
  shows: boolean;
  /** Of cut-overs, by user; each resolves when it is over. Absent: this server has no locks. */
  locks?: Map<string, Promise<void>>;
}

export function memoryServer(host = 'db.test', port = 5432): MemoryServer {
  const users = new Map<string, MemoryUser>();
  return { host, port, users, unsupported: new Set(), refused: [], taken: [], open: [], shows: false };
}

export function memoryEngine(...servers: readonly MemoryServer[]): DatabaseEngine {
  return {
    name: 'memory',
    accepts: ['memory'],
    defaults: { port: 5432 },
    password: { maxLength: 64, forbidden: '', excludedByDefault: '\'"' },
    counterpart: counterpartWithin({ longest: 63, unit: 'characters', title: 'memory' }),
    async connect(login, ctx) {
      const server = servers.find(({ host, port }) => sameName(host, login.host) && port === (login.port ?? 5432));
      if (ctx.signal.aborted) throw new DeadlineError('out of time', { hint: 'repeat it' });
      if (server === undefined) {
        throw new UnreachableError(`${login.host} is not there`, { code: 'UNREACHABLE_TCP', hint: 'check the host' });
      }
      const self = takenIn(server, login.username, login.password);
      const usable = () => {
        if (ctx.signal.aborted) throw new DeadlineError('out of time', { hint: 'repeat it' });
        if (isOpen) return;
        throw new UnreachableError('the session is over', { code: 'CONNECTION_LOST', hint: 'open another' });
      };
      /** The user, if this login may change it. */
      const changeable = (username: string): MemoryUser => {
        usable();
        if (self.superuser || username === login.username) return existing(server, username);
        throw new PermissionError(`${login.username} may not change ${username}`, { hint: 'grant it' });
      };
      const portOn = (names: PairNames, password: string): PairPort<MemoryUser> => {
        const users = pairOn(server, names, password);
        const proves = provenByLogin(async (known) => {
          if (opens(existing(server, names.to), known)) return;
          throw new AuthenticationError('refused', { hint: 'try another' });
        });
        return { atOnce: (work) => work(users), proves };
      };
      let isOpen = true;
      const held = new Map<string, () => void>();
      const holdCutOver = async (username: string) => {
        const { locks } = server;
        if (locks === undefined || held.has(username)) return;
        while (locks.has(username)) await locks.get(username);
        usable();
        const { promise, resolve } = Promise.withResolvers<void>();
        locks.set(username, promise);
        held.set(username, () => {
          locks.delete(username);
          resolve();
        });
      };
      return {
        proven: { password: login.password },
        exclusive: self.exclusive ?? false,
        async ping() {
          usable();
          await Promise.resolve();
          usable();
        },
        ...(server.locks && { holdCutOver }),
        async setPassword(username, password) {
          const user = changeable(username);
          await holdCutOver(username);
          usable();
          const { password: before, second } = user;
          user.password = password;
          delete user.second;
          return async () => {
            usable();
            Object.assign(user, { password: before, ...(second && { second }) });
          };
        },
        ...(self.superuser &&
          server.shows && {
            opens: async (username: string, password: string) => {
              usable();
              return opens(existing(server, username), password);
            },
          }),
        async addPassword(password) {
          usable();
          self.second = login.password;
          self.password = password;
        },
        async discardOldPassword() {
          usable();
          if (self.password !== login.password) return false;
          delete self.second;
          return true;
        },
        async cloneUser(from, to, password, proof) {
          usable();
          if (!self.superuser) throw new PermissionError('an ordinary user makes no clone', { hint: 'grant it' });
          const names = { from, to, base: baseOf(to) };
          await bringIntoLine(portOn(names, password), names, proof);
        },
        rehearsal: {
          setPassword: async (username) => void changeable(username),
          async cloneUser(from, to, password, proof) {
            if (!self.superuser) throw new PermissionError('an ordinary user makes no clone', { hint: 'grant it' });
            await requirePair(portOn({ from, to, base: baseOf(to) }, password), { from, to, base: baseOf(to) }, proof);
          },
        },
        async privileges() {
          usable();
          return [...self.rights].sort();
        },
        async close() {
          if (isOpen) server.open.splice(server.open.indexOf(login.username), 1);
          isOpen = false;
          for (const release of held.values()) release();
          held.clear();
        },
      };
    },
  };

  function takenIn(server: MemoryServer, username: string, password: string): MemoryUser {
    if (server.unsupported.has(password)) {
      throw new AuthenticationError('no login with this', { code: 'LOGIN_UNSUPPORTED', hint: 'use another driver' });
    }
    const user = server.users.get(username);
    if (user === undefined || !opens(user, password)) {
      server.refused.push(username);
      throw new AuthenticationError(`${server.host} refused ${username}`, { hint: 'check the password' });
    }
    if (user.exclusive && server.open.includes(username)) {
      throw new UnreachableError('too many connections', { code: 'UNREACHABLE_LOGIN', hint: 'end the other session' });
    }
    server.taken.push(username);
    server.open.push(username);
    return user;
  }
}

function existing(server: MemoryServer, username: string): MemoryUser {
  const user = server.users.get(username);
  if (user === undefined) throw new InvalidSecretError(`no user ${username}`, { hint: 'create it' });
  return user;
}

function opens({ password, second }: MemoryUser, candidate: string): boolean {
  return candidate === password || (second !== undefined && candidate === second);
}

/** Users are changed in place, so nobody comes between a look and its act. */
function pairOn(server: MemoryServer, { to, base, from }: PairNames, password: string): PairUsers<MemoryUser> {
  const { users } = server;
  return {
    read: oneByOne(async (name) => users.get(name)),
    unknownUser: (name) => new InvalidSecretError(`no user ${name}`, { hint: 'create it' }),
    requireOwn(inUse, login) {
      if (opens(inUse, login.password)) return;
      throw new TargetMismatchError(`${from} has another password`, { hint: 'rotate it by itself' });
    },
    isTied: ({ clone }) => clone.partner === base,
    noPair: () =>
      new TargetMismatchError(`nothing tells that ${to} is the other user of ${from}`, { hint: 'rename it' }),
    async make(inUse) {
      const [one, other] = [inUse, { password, rights: new Set(inUse.rights) } as MemoryUser];
      one.partner = to;
      other.partner = from;
      users.set(to, other);
      return true;
    },
    async giveToBase(pair) {
      for (const right of pair.clone.rights) pair.base.rights.add(right);
    },
    async tie(pair) {
      pair.clone.partner = base;
    },
    async align(pair) {
      pair.clone.rights = new Set(pair.base.rights);
    },
    async setPassword(pair) {
      (pair.cloneInUse ? pair.base : pair.clone).password = password;
    },
  };
}
