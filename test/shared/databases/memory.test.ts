/** The reference engine: the suite is checked by it, and it by the suite. */
import { describeEngine } from '../../conformance/engine.case.ts';
import { testContext } from '../../support/context.ts';
import { memoryEngine, memoryServer } from '../../support/memory-engine.ts';

const host = memoryServer();
host.locks = new Map();
host.users.set('root', { password: 'root password', rights: new Set(), superuser: true });
const login = (username: string, password: string) => ({
  engine: 'memory',
  host: host.host,
  port: host.port,
  username,
  password,
});
const noNetwork = 'there is no network in memory';

describeEngine({
  engine: memoryEngine(host),
  server: {
    login,
    superuser: login('root', 'root password'),
    context: testContext(),
    createUser: async (name, password) => void host.users.set(name, { password, rights: new Set() }),
    grant: async (name) => void host.users.get(name)?.rights.add('read orders'),
    revoke: async (name) => void host.users.get(name)?.rights.delete('read orders'),
    mayUse: async ({ username }) => host.users.get(username)?.rights.has('read orders') ?? false,
    openSessions: async () => host.open.length,
    hostileGround: 'there is nobody else in memory',
  },
  skip: [
    { test: 'calls a host that does not resolve unreachable, by name', reason: noNetwork },
    { test: 'gives up on a host that takes the connection and says nothing, in seconds', reason: noNetwork },
    { test: 'gives up on a host that drops packets, in seconds', reason: noNetwork },
  ],
});
